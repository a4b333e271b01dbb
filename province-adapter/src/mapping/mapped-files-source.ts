import { fileURLToPath } from 'node:url';
import type { IdentityDocument } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { personNotFound } from '../local-format/translation-table.js';
import type { Source, SourceOptions } from '../province-system.js';
import { decodeCode } from './decode-code.js';
import { giveChanges } from './file-changes.js';
import { openDropFolder, type DroppedFile, type DroppedRow } from './drop-folder.js';
import type { Mapping } from './mapping-schema.js';

/** A mapping whose answers stand in files. */
export type FilesMapping = Mapping & { readonly files: NonNullable<Mapping['files']> };

/** A row, and which of the files it is of: later ones are newer. */
interface FoundRow {
  readonly row: DroppedRow;
  readonly file: number;
}

interface Index {
  readonly files: readonly DroppedFile[];
  readonly byCode: ReadonlyMap<string, FoundRow>;
  readonly byDocument: ReadonlyMap<string, FoundRow>;
  /** The newest file of which nobody knows whom it speaks of; -1 where there is none. */
  readonly doubtful: number;
}

const documentKey = ({ number, type }: IdentityDocument): string => `${type}:${number}`;

/** Later files, and later rows of one, are newer. */
function indexOf(files: readonly DroppedFile[]): Index {
  const byCode = new Map<string, FoundRow>();
  const byDocument = new Map<string, FoundRow>();
  for (const [file, { rows }] of files.entries()) {
    for (const row of rows) {
      if (row.code !== undefined) byCode.set(row.code, { row, file });
      if (row.answer.identity !== undefined) byDocument.set(documentKey(row.answer.identity), { row, file });
    }
  }
  return { files, byCode, byDocument, doubtful: files.findLastIndex(({ namesPeople }) => !namesPeople) };
}

/** @throws AdapterError `LOCAL_ANSWER_INVALID` where a newer file that nobody can read may say something else */
function requireCertain({ doubtful }: Index, found: FoundRow | undefined): void {
  if ((found?.file ?? -1) < doubtful) throw new AdapterError('LOCAL_ANSWER_INVALID', 'a newer file cannot be read, and may speak of this person');
}

/** The base URL of a province whose system leaves files. @throws AdapterError `CONFIG_INVALID` */
function folderOf(baseUrl: string): string {
  const url = new URL(baseUrl);
  if (url.protocol !== 'file:') throw new AdapterError('CONFIG_INVALID', 'bad configuration:\n  LOCAL_SYSTEM_URL must be a file: address, the folder where the local system leaves its files');
  return fileURLToPath(url);
}

async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = (): AdapterError => new AdapterError('LOCAL_SYSTEM_TIMEOUT', 'the folder of the local system could not be read in time');
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(late());
    signal.addEventListener('abort', () => reject(late()), { once: true });
    work.then(resolve, reject);
  });
}

/**
 * Reads the files that a local system leaves, as its mapping says: found by code and by document, and polled for what is new.
 *
 * @param now milliseconds since the epoch
 */
export function createMappedFilesSource(mapping: FilesMapping, options: SourceOptions, now: () => number = Date.now): Source {
  const { codes, files } = mapping;
  const folder = openDropFolder(folderOf(options.baseUrl), mapping, files, now);
  let reading: Promise<Index> | undefined;
  let next: Promise<Index> | undefined;
  let last: Index | undefined;

  const refresh = async (): Promise<Index> => {
    const dropped = await folder.read();
    const isSame = last?.files.length === dropped.length && last.files.every((file, place) => file === dropped[place]);
    return last !== undefined && isSame ? last : (last = indexOf(dropped));
  };

  const read = (): Promise<Index> => {
    reading = refresh().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  /**
   * One reading at a time. A reading under way may have passed the place where a file has appeared since: who asks meanwhile
   * shares the next one.
   */
  const readIndex = (signal?: AbortSignal): Promise<Index> => {
    if (reading !== undefined) {
      next ??= reading.then(
        () => undefined,
        () => undefined,
      ).then(() => {
        next = undefined;
        return read();
      });
    }
    const timeout = AbortSignal.timeout(options.timeoutMs);
    return within(next ?? read(), signal === undefined ? timeout : AbortSignal.any([timeout, signal]));
  };

  return {
    async readCode(code, _verifier, signal) {
      const decoded = decodeCode(code, codes.recognise, codes.decode);
      const index = await readIndex(signal);
      const held = index.byCode.get(decoded[files.codeHolds] ?? '');
      const identity = held?.row.answer.identity;
      const newest = identity === undefined ? held : index.byDocument.get(documentKey(identity));
      requireCertain(index, newest);
      if (held === undefined || newest === undefined) throw new AdapterError('LOCAL_CODE_INVALID', 'no file names this code');
      const { codeExpires } = held.row;
      if (codeExpires !== undefined && codeExpires * 1000 <= now()) throw new AdapterError('LOCAL_CODE_EXPIRED', 'the code has run out');
      return newest.row.answer;
    },
    async readPerson(document) {
      const index = await readIndex();
      const newest = index.byDocument.get(documentKey(document));
      requireCertain(index, newest);
      return newest?.row.answer ?? personNotFound(Math.floor(now() / 1000));
    },
    async readChanges(cursor) {
      const { byDocument, files: dropped } = await readIndex();
      return giveChanges(dropped, cursor, ({ answer }) => (answer.identity === undefined ? answer : (byDocument.get(documentKey(answer.identity))?.row.answer ?? answer)));
    },
    isReachable: () => readIndex().then(() => true, () => false),
  };
}
