import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../local-answer.js';
import { decodeText } from './charset.js';
import { parseDelimited } from './delimited.js';
import type { MappedFiles, Mapping } from './mapping-schema.js';
import { UNREADABLE_FIELD } from './mapped-translate.js';
import { parseJsonText } from './open-answer.js';
import { readFields, readIdentity, readTyped, valueAt } from './read-fields.js';
import { secondsOf } from './schema-texts.js';
import { parseTime } from './time-format.js';

/** A larger file is refused whole, in bytes. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** A row of a file: an answer, or that nobody can read it; of whom it is can be known then all the same. */
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
  /** False where not even a row says whom the file speaks of: it may be anybody. */
  readonly namesPeople: boolean;
}

/** Reads the files that a local system leaves in a folder. */
export interface DropFolder {
  /**
   * Every file that is whole, in the order of their names; a file that cannot be opened or read has one row that says so.
   *
   * @throws AdapterError `LOCAL_SYSTEM_UNREACHABLE` where there is no such folder, or nothing in it: no list is not a list of nobody
   */
  read(): Promise<readonly DroppedFile[]>;
}

const unreadable = (name: string, answeredAt: number): LocalAnswer => ({ fields: { [UNREADABLE_FIELD]: name.slice(0, 128) }, answeredAt });

const isUnreadable = ({ answer }: DroppedRow): boolean => Object.hasOwn(answer.fields, UNREADABLE_FIELD);

const unreadableFile = (name: string, print: string, answeredAt: number): DroppedFile => ({ name, print, rows: [{ answer: unreadable(name, answeredAt) }], namesPeople: false });

/** Not the cause: it may quote what could not be read. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof AdapterError) return undefined;
    throw cause;
  }
}

/** A row before it is read; one that is not whole may still say whose it is. */
interface ParsedRow {
  readonly value: unknown;
  readonly isWhole: boolean;
}

const whole = (value: unknown): ParsedRow => ({ value, isWhole: true });

function parseRows(bytes: Uint8Array, { charset, columns, delimiter, format, rows }: MappedFiles): readonly ParsedRow[] {
  const text = decodeText(bytes, charset, 'LOCAL_ANSWER_INVALID');
  if (format === 'delimited') return parseDelimited(text, { delimiter, columns }, 'LOCAL_ANSWER_INVALID').map(({ fields, isWhole }) => ({ value: fields, isWhole }));
  if (format === 'json-lines') return text.split(/\r?\n/).filter((line) => line !== '').map((line) => whole(orNothing(() => parseJsonText(line))));
  const list = valueAt(parseJsonText(text), rows);
  if (!Array.isArray(list)) throw new AdapterError('LOCAL_ANSWER_INVALID', 'the file has no list');
  return list.map(whole);
}

function readCodeOf(row: unknown, { codeAt }: MappedFiles): Pick<DroppedRow, 'code'> {
  const code = readTyped(valueAt(row, codeAt), 'string-or-integer', codeAt);
  return code === undefined || code === '' ? {} : { code };
}

function readWhole(row: unknown, mapping: Mapping, files: MappedFiles, answeredAt: number): DroppedRow {
  const end = files.codeExpires;
  const expires = end === undefined ? undefined : readTyped(valueAt(row, end.at), end.type, end.at);
  return {
    answer: readFields(row, mapping, answeredAt),
    ...readCodeOf(row, files),
    ...(end === undefined || expires === undefined || expires === '' ? {} : { codeExpires: parseTime(expires, end.format, mapping.timeZone) }),
  };
}

/** What older rows say of a person does not stand beside a newer one that nobody can read: whose that is, is asked of it by itself. */
function readRow({ isWhole, value }: ParsedRow, name: string, mapping: Mapping, files: MappedFiles, answeredAt: number): DroppedRow {
  const read = isWhole ? orNothing(() => readWhole(value, mapping, files, answeredAt)) : undefined;
  return read ?? { answer: { ...unreadable(name, answeredAt), ...orNothing(() => readIdentity(value, mapping.fields, mapping.identityTypes)) }, ...orNothing(() => readCodeOf(value, files)) };
}

/** Whether a file was taken away between two looks at the folder. */
const isGone = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'ENOENT';

/** @param now milliseconds since the epoch */
export function openDropFolder(path: string, mapping: Mapping, files: MappedFiles, now: () => number): DropFolder {
  const known = new Map<string, DroppedFile>();
  const [before = '', after = ''] = files.name.split('*');
  const settleMs = files.settle === undefined ? 0 : secondsOf(files.settle) * 1000;
  const isWanted = (name: string): boolean => name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);

  const readRows = (bytes: Uint8Array, name: string, print: string, answeredAt: number): DroppedFile => {
    const rows = orNothing(() => parseRows(bytes, files).map((row) => readRow(row, name, mapping, files, answeredAt)));
    if (rows === undefined) return unreadableFile(name, print, answeredAt);
    const isNameless = (row: DroppedRow): boolean => isUnreadable(row) && row.answer.identity === undefined;
    return { name, print, rows, namesPeople: rows.length === 0 || !rows.every(isNameless) };
  };

  const readStable = async (name: string, place: string): Promise<DroppedFile | undefined> => {
    const found = await stat(place);
    if (!found.isFile()) return undefined;
    const print = `${found.ino}-${found.size}-${found.mtimeMs}`;
    const former = known.get(name);
    // One that is being written is read when it is whole; until then what it said before stands.
    if (former?.print === print || (settleMs > 0 && now() - found.mtimeMs < settleMs)) return former;
    const answeredAt = Math.floor(found.mtimeMs / 1000);
    // No bytes are what a full disk leaves; a list of nobody has a header or brackets.
    if (found.size === 0 || found.size > MAX_FILE_BYTES) return unreadableFile(name, print, answeredAt);
    const bytes = await readFile(place);
    const then = await stat(place);
    if (then.size !== found.size || then.mtimeMs !== found.mtimeMs) return former;
    return readRows(bytes, name, print, answeredAt);
  };

  const readOne = async (name: string): Promise<DroppedFile | undefined> => {
    try {
      return await readStable(name, join(path, name));
    } catch (cause) {
      if (isGone(cause)) return undefined;
      // Closed to this adapter, or the disk fails: tried again at every look, and nobody knows meanwhile whom it speaks of.
      return unreadableFile(name, 'not-opened', Math.floor(now() / 1000));
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
        if (file === undefined) known.delete(name);
        else if (known.get(name)?.print !== file.print) known.set(name, file);
      }
      const dropped = wanted.flatMap((name) => known.get(name) ?? []);
      if (dropped.every(({ rows }) => rows.length === 0)) throw new AdapterError('LOCAL_SYSTEM_UNREACHABLE', 'the local system has left no file with a row');
      return dropped;
    },
  };
}
