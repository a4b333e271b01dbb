import { parse } from 'csv-parse/sync';
import { AdapterError, type AdapterErrorCode } from '../errors.js';

/** How delimited text is cut into rows and fields: RFC 4180, with another delimiter where the local system uses one. */
export interface DelimitedFormat {
  readonly delimiter: string;
  /** Names of the fields; where absent, the first row names them. */
  readonly columns?: readonly string[] | undefined;
}

const options = (delimiter: string) => ({ delimiter, relax_column_count: true, skip_empty_lines: true, bom: true, max_record_size: 1_048_576 });

/** The fields of one line. @throws AdapterError `refusal` for text that is not exactly one row */
export function parseRow(text: string, delimiter: string, refusal: AdapterErrorCode): readonly string[] {
  const rows = parseRows(text, delimiter, refusal);
  const [row] = rows;
  if (row === undefined || rows.length !== 1) throw new AdapterError(refusal, 'not one row of delimited text');
  return row;
}

function parseRows(text: string, delimiter: string, refusal: AdapterErrorCode): readonly (readonly string[])[] {
  try {
    return parse(text, options(delimiter));
  } catch {
    // The parser quotes what it could not read, and that may name a person.
    throw new AdapterError(refusal, 'not delimited text (RFC 4180)');
  }
}

/** A row by field name. */
export interface DelimitedRow {
  readonly fields: Readonly<Record<string, string>>;
  /** False for a row of another number of fields: those it has are named from the first on, as far as they go. */
  readonly isWhole: boolean;
}

/**
 * Rows by field name. A row of another number of fields says so: it is refused by itself, and holds up no other.
 *
 * @throws AdapterError `refusal` for text that is no delimited text, or names a field twice
 */
export function parseDelimited(text: string, format: DelimitedFormat, refusal: AdapterErrorCode): readonly DelimitedRow[] {
  const rows = parseRows(text, format.delimiter, refusal);
  const names = format.columns ?? rows[0] ?? [];
  if (new Set(names).size !== names.length) throw new AdapterError(refusal, 'a column is named twice');
  return rows
    .slice(format.columns === undefined ? 1 : 0)
    .map((row) => ({ fields: Object.fromEntries(names.slice(0, row.length).map((name, place) => [name, row[place] ?? ''])), isWhole: row.length === names.length }));
}
