import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalSystemContext, RunningLocalSystem } from '../stand-in/local-system.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { buildCode } from './build-code.js';
import { decodeCode } from './decode-code.js';
import { encodeText, formatRow } from './encode-text.js';
import type { StandInFixture } from './fixture-schema.js';
import { fillAnswer, sceneOfPerson, type AnswerScene } from './golden-answer.js';
import { changeOf } from './mapped-people.js';
import type { FilesMapping } from './mapped-files-source.js';
import type { MappedAnswer } from './mapping-schema.js';
import { secondsOf } from './schema-texts.js';
import jsonpointer from 'jsonpointer';

/** A row is filled as an answer without an envelope is. */
const BARE: MappedAnswer = { body: { format: 'json', mediaType: 'application/json', charset: 'utf-8', delimiter: ',' }, httpStatus: {}, refuse: [] };

interface StoredCode {
  readonly person: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

function formatFile(rows: readonly Readonly<Record<string, unknown>>[], { charset, columns, delimiter, format, rows: at }: FilesMapping['files']): Uint8Array {
  if (format === 'json-lines') return encodeText(rows.map((row) => `${JSON.stringify(row)}\n`).join(''), charset);
  if (format === 'json') {
    const document = {};
    if (at !== '') jsonpointer.set(document, at, rows);
    return encodeText(JSON.stringify(at === '' ? rows : document), charset);
  }
  const names = columns ?? Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => formatRow(names.map((name) => String((row[name] ?? '') as string | number)), delimiter));
  return encodeText([...(columns === undefined ? [formatRow(names, delimiter)] : []), ...lines, ''].join('\r\n'), charset);
}

/**
 * STAND-IN for a local system that leaves files in a folder: one of everybody at its start, one more with every code, and one
 * with all codes when asked at `/stand-in/files`. A file is moved into place when it is whole.
 */
export function openFileWriter(mapping: FilesMapping, fixture: StandInFixture, statusField: string, folder: string, { documents, now, randomHex }: LocalSystemContext): RunningLocalSystem {
  const codes = documents.collection<StoredCode>('code');
  const people = documents.collection<SyntheticPerson>('person');
  let written = 0;

  const rowOf = (person: SyntheticPerson, { expiresAt, issuedAt, variables }: StoredCode): Readonly<Record<string, unknown>> => {
    const times = { issuedAt, expiresAt, changedAt: changeOf(person, now(), mapping.timeZone), now: now() };
    const scene: AnswerScene = { texts: { ...variables, ...sceneOfPerson(person, statusField) }, times, zone: mapping.timeZone };
    return fillAnswer(fixture.answers.byCode, scene, BARE) as Readonly<Record<string, unknown>>;
  };
  const write = async (rows: readonly Readonly<Record<string, unknown>>[]): Promise<string> => {
    written += 1;
    // Names sort in the order in which they were written.
    const name = mapping.files.name.replace('*', `${String(now()).padStart(15, '0')}-${String(written).padStart(6, '0')}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `.${name}.part`), formatFile(rows, mapping.files));
    await rename(join(folder, `.${name}.part`), join(folder, name));
    return name;
  };
  const issueCode: RunningLocalSystem['issueCode'] = async (person, issuedAt) => {
    const code = buildCode(fixture.codes, randomHex);
    const stored = { person: person.id, issuedAt, expiresAt: issuedAt + secondsOf(fixture.codes.lifetime) * 1000, variables: decodeCode(code, mapping.codes.recognise, mapping.codes.decode) };
    await codes.put(code, stored);
    await write([rowOf((await people.find(person.id)) ?? person, stored)]);
    return { code, expiresAt: stored.expiresAt };
  };
  const writeEverybody = async (): Promise<string> => {
    const everybody = await people.listAfter(0, 1000);
    return write(everybody.map(({ body }) => rowOf(body, { person: body.id, issuedAt: now(), expiresAt: now(), variables: {} })));
  };
  return {
    prepare: writeEverybody,
    issueCode,
    handleOf: () => Promise.resolve({}),
    errorAnswer: () => ({}),
    routes: [
      {
        method: 'POST',
        path: '/stand-in/files',
        answer: async () => {
          const stored = await codes.listAfter(0, 1000);
          const rows = await Promise.all(stored.map(async ({ body }) => {
            const person = await people.find(body.person);
            return person === undefined ? [] : [rowOf(person, body)];
          }));
          return { name: await write(rows.flat()) };
        },
      },
    ],
  };
}
