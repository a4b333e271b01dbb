import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../province-system.js';
import { decodeText } from './charset.js';
import { parseDelimited } from './delimited.js';
import type { MappedFiles, Mapping } from './mapping-schema.js';
import { UNREADABLE_FIELD } from './mapped-translate.js';
import { parseJsonText } from './open-answer.js';
import { readFields, readTyped, valueAt } from './read-fields.js';
import { secondsOf } from './schema-texts.js';
import { parseTime } from './time-format.js';

/** A larger file is refused whole, in bytes. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** A row of a file: an answer, or that nobody can read it. */
export interface DroppedRow {
  readonly answer: LocalAnswer;
  /** What a code of this person holds. */
  readonly code?: string;
  /** Seconds since the epoch. */
  readonly codeExpires?: number;
}

/** A file as it was read. */
export interface DroppedFile {
  readonly name: string;
  /** Differs whenever the file was written to. */
  readonly print: string;
  readonly rows: readonly DroppedRow[];
}

/** Reads the files that a local system leaves in a folder. */
export interface DropFolder {
  /**
   * Every file that is whole, in the order of their names; a file that cannot be read has one row that says so.
   *
   * @throws AdapterError `LOCAL_SYSTEM_UNREACHABLE` where there is no such folder
   */
  read(): Promise<readonly DroppedFile[]>;
}

const unreadable = (name: string, answeredAt: number): DroppedRow => ({ answer: { fields: { [UNREADABLE_FIELD]: name.slice(0, 128) }, answeredAt } });

function parseRows(bytes: Uint8Array, { charset, columns, delimiter, format, rows }: MappedFiles): readonly unknown[] {
  const text = decodeText(bytes, charset, 'LOCAL_ANSWER_INVALID');
  if (format === 'delimited') return parseDelimited(text, { delimiter, columns }, 'LOCAL_ANSWER_INVALID');
  if (format === 'json-lines') return text.split(/\r?\n/).filter((line) => line !== '').map((line) => parseOrNothing(line));
  const list = valueAt(parseJsonText(text), rows);
  if (!Array.isArray(list)) throw new AdapterError('LOCAL_ANSWER_INVALID', 'the file has no list');
  return list;
}

function parseOrNothing(line: string): unknown {
  try {
    return parseJsonText(line);
  } catch {
    return undefined;
  }
}

function readRow(row: unknown, name: string, { fields, timeZone }: Mapping, files: MappedFiles, answeredAt: number): DroppedRow {
  try {
    const answer = readFields(row, fields, answeredAt);
    const code = readTyped(valueAt(row, files.codeAt), 'string-or-integer', files.codeAt);
    const end = files.codeExpires;
    const expires = end === undefined ? undefined : readTyped(valueAt(row, end.at), end.type, end.at);
    return {
      answer,
      ...(code === undefined || code === '' ? {} : { code }),
      ...(end === undefined || expires === undefined || expires === '' ? {} : { codeExpires: parseTime(expires, end.format, timeZone) }),
    };
  } catch (cause) {
    if (cause instanceof AdapterError) return unreadable(name, answeredAt);
    throw cause;
  }
}

/** @param now milliseconds since the epoch */
export function openDropFolder(path: string, mapping: Mapping, files: MappedFiles, now: () => number): DropFolder {
  const known = new Map<string, DroppedFile>();
  const [before = '', after = ''] = files.name.split('*');
  const settleMs = files.settle === undefined ? 0 : secondsOf(files.settle) * 1000;
  const isWanted = (name: string): boolean => name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);

  const readOne = async (name: string): Promise<DroppedFile | undefined> => {
    const place = join(path, name);
    const found = await stat(place).catch(() => undefined);
    if (found?.isFile() !== true) return undefined;
    const print = `${found.ino}-${found.size}-${found.mtimeMs}`;
    const former = known.get(name);
    // One that is being written is read when it is whole; until then what it said before stands.
    if (former?.print === print || (settleMs > 0 && now() - found.mtimeMs < settleMs)) return former;
    const answeredAt = Math.floor(found.mtimeMs / 1000);
    if (found.size > MAX_FILE_BYTES) return { name, print, rows: [unreadable(name, answeredAt)] };
    const bytes = await readFile(place).catch(() => undefined);
    const then = await stat(place).catch(() => undefined);
    if (bytes === undefined || then?.size !== found.size || then.mtimeMs !== found.mtimeMs) return former;
    try {
      return { name, print, rows: parseRows(bytes, files).map((row) => readRow(row, name, mapping, files, answeredAt)) };
    } catch (cause) {
      if (cause instanceof AdapterError) return { name, print, rows: [unreadable(name, answeredAt)] };
      throw cause;
    }
  };

  return {
    async read() {
      const names = await readdir(path).catch(() => {
        throw new AdapterError('LOCAL_SYSTEM_UNREACHABLE', 'the folder of the local system is not there');
      });
      const wanted = names.filter(isWanted).sort();
      for (const name of [...known.keys()]) if (!wanted.includes(name)) known.delete(name);
      for (const name of wanted) {
        const file = await readOne(name);
        if (file !== undefined) known.set(name, file);
      }
      return wanted.flatMap((name) => known.get(name) ?? []);
    },
  };
}
