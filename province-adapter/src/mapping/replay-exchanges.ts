import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { IdentityDocument, ProvinceCode } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { findIdentityDocument } from '../local-format/identity.js';
import type { VerifierContext } from '../local-answer.js';
import type { Source, SourceOptions } from '../province-system.js';
import { encodeText } from './encode-text.js';
import type { RecordedExchange } from './fixture-schema.js';
import { createMappedFilesSource } from './mapped-files-source.js';
import { createMappedHttpSource } from './mapped-http-source.js';
import { createMappedProfile } from './mapped-province.js';
import { createMappedTestTranslation } from './mapped-test-result.js';
import { createMappedTranslation } from './mapped-translate.js';
import type { Mapping } from './mapping-schema.js';

/** Who asks in every recorded exchange. */
export const REPLAY_VERIFIER: VerifierContext = { province: '520000', purpose: 'checkpoint', organisation: '91520000MA6DXXXX00', position: 'G60 Gate 1' };

const TIMEOUT_MS = 1000;

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** What came of one recorded exchange. */
export interface ReplayedExchange {
  /** The record, or how the adapter refused. */
  readonly outcome: object | AdapterError;
  readonly received: readonly ReceivedRequest[];
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://local');
  return { method: request.method ?? '', path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers, body: Buffer.concat(chunks).toString() };
}

function play(response: ServerResponse, { base64, json, mediaType, status, text }: RecordedExchange['exchanges'][number]['response']): void {
  const body = base64 === undefined ? (text ?? JSON.stringify(json)) : Buffer.from(base64, 'base64');
  response.writeHead(status, { 'content-type': mediaType }).end(body);
}

function documentOf(person: RecordedExchange['person']): IdentityDocument {
  const document = person === undefined ? undefined : findIdentityDocument(person.type, person.number);
  if (document === undefined) throw new AdapterError('LOCAL_PERSON_UNRESOLVED', 'the exchange has neither a code nor a person with a number that can be');
  return document;
}

async function read(one: RecordedExchange, source: Source, mapping: Mapping, code: ProvinceCode): Promise<object> {
  const { kind, person } = one;
  const profile = createMappedProfile(mapping, code);
  const reader = kind === 'health-status' ? source : source.kinds?.[kind];
  if (reader === undefined) throw new AdapterError('OPERATION_NOT_OFFERED', 'mapping.yaml says nothing of tests');
  const answer = one.code === undefined ? await reader.readPerson(documentOf(person), REPLAY_VERIFIER) : await reader.readCode(one.code, REPLAY_VERIFIER);
  return kind === 'health-status' || mapping.tests === undefined ? createMappedTranslation(mapping, profile)(answer) : createMappedTestTranslation(mapping.tests, profile)(answer);
}

async function replayFiles({ at, files: recorded, ...one }: RecordedExchange, mapping: Mapping, files: NonNullable<Mapping['files']>, code: ProvinceCode): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'recorded-files-'));
  try {
    for (const { base64, name, text = '' } of recorded) writeFileSync(join(folder, name), base64 === undefined ? encodeText(text, files.charset) : Buffer.from(base64, 'base64'));
    const source = createMappedFilesSource({ ...mapping, files }, { baseUrl: pathToFileURL(folder).href, timeoutMs: TIMEOUT_MS }, () => Date.parse(at));
    return await read({ at, files: recorded, ...one }, source, mapping, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Random places of a recorded request are noughts. */
const noRandomness = (bytes: number): string => '00'.repeat(bytes);

async function replayHttp(one: RecordedExchange, mapping: Mapping, http: NonNullable<Mapping['http']>, code: ProvinceCode, received: ReceivedRequest[]): Promise<object> {
  const server = createServer((request, response) => {
    void receive(request).then((arrived) => {
      const next = one.exchanges[received.push(arrived) - 1];
      // Who is behind a code is not of the documented format, and is asked last.
      if (next === undefined) response.writeHead(200, { 'content-type': 'application/json' }).end('{"found":false}');
      else play(response, next.response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const credentials = Object.fromEntries(mapping.credentials.map((name) => [name, `credential-${name}`]));
    const options: SourceOptions = { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: TIMEOUT_MS, credentials };
    return await read(one, createMappedHttpSource({ ...mapping, http }, options, () => Date.parse(one.at), noRandomness), mapping, code);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Plays a recorded exchange to the adapter's own code, on a loopback address or in a folder of its own. */
export async function replayExchange(one: RecordedExchange, mapping: Mapping, code: ProvinceCode): Promise<ReplayedExchange> {
  const received: ReceivedRequest[] = [];
  const { files, http } = mapping;
  const replay = async (): Promise<object> => {
    if (http !== undefined) return replayHttp(one, mapping, http, code, received);
    if (files !== undefined) return replayFiles(one, mapping, files, code);
    throw new AdapterError('MAPPING_INVALID', 'a mapping without http and files was let through');
  };
  const outcome = await replay().catch((cause: unknown) => {
    if (cause instanceof AdapterError) return cause;
    throw cause;
  });
  return { outcome, received };
}
