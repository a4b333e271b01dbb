import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIdentityDocument } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { PROVINCE_FOLDERS } from '../provinces/registry.js';
import type { Source, SourceOptions, VerifierContext } from '../province-system.js';
import { encodeText } from './encode-text.js';
import { filesProvinceFolder, writeFilesProvince } from './files-province.fixture.js';
import { EXCHANGES_FIXTURE, type RecordedExchange } from './fixture-schema.js';
import { createMappedFilesSource } from './mapped-files-source.js';
import { createMappedHttpSource } from './mapped-http-source.js';
import { createMappedProfile } from './mapped-province.js';
import { createMappedTestTranslation } from './mapped-test-result.js';
import { createMappedTranslation } from './mapped-translate.js';
import { findFolderProvince, readMapping } from './mapping-folder.js';
import { readFixture } from './parse-fixture.js';

const PROVINCES = join(import.meta.dirname, '../provinces');
const GATE: VerifierContext = { province: '520000', purpose: 'checkpoint', organisation: '91520000MA6DXXXX00', position: 'G60 Gate 1' };
const root = mkdtempSync(join(tmpdir(), 'recorded-exchanges-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Those of the checkout, and one whose local system leaves files. */
function mappedFolders(): readonly string[] {
  const written = readdirSync(PROVINCES).filter((slug) => existsSync(join(PROVINCES, slug, 'mapping.yaml')));
  const node = PROVINCE_FOLDERS.find(({ form }) => form === 'direct');
  if (node === undefined) throw new Error('every node has a folder');
  writeFilesProvince(root, node);
  return [...written.map((slug) => join(PROVINCES, slug)), filesProvinceFolder(root, node.slug)];
}

interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://local');
  return { method: request.method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers, body: Buffer.concat(chunks).toString() };
}

function play(response: ServerResponse, { base64, json, mediaType, status, text }: RecordedExchange['exchanges'][number]['response']): void {
  const body = base64 === undefined ? (text ?? JSON.stringify(json)) : Buffer.from(base64, 'base64');
  response.writeHead(status, { 'content-type': mediaType }).end(body);
}

describe.each(mappedFolders().map((folder) => [basename(folder), folder] as const))('recorded exchanges of %s', (slug, folder) => {
  const mapping = readMapping(folder);
  const profile = createMappedProfile(mapping, findFolderProvince(folder).code);
  const recorded = readFixture(folder, 'fixtures/exchanges.yaml', EXCHANGES_FIXTURE);
  let server: Server;
  let received: ReceivedRequest[] = [];
  let answers: RecordedExchange['exchanges'] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      void receive(request).then((one) => {
        const next = answers[received.push(one) - 1];
        // Who is behind a code is not of the documented format, and is asked last.
        if (next === undefined) response.writeHead(200, { 'content-type': 'application/json' }).end('{"found":false}');
        else play(response, next.response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  const createSource = ({ files: recordedFiles }: RecordedExchange, now: () => number): Source => {
    const options: SourceOptions = { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: 1000, credentials: Object.fromEntries(mapping.credentials.map((name) => [name, `credential-${name}`])) };
    const { files, http } = mapping;
    if (http !== undefined) return createMappedHttpSource({ ...mapping, http }, options, now);
    if (files === undefined) throw new Error(`${slug} has neither http nor files`);
    const drop = mkdtempSync(join(root, 'drop-'));
    for (const { base64, name, text = '' } of recordedFiles) writeFileSync(join(drop, name), base64 === undefined ? encodeText(text, files.charset) : Buffer.from(base64, 'base64'));
    return createMappedFilesSource({ ...mapping, files }, { ...options, baseUrl: pathToFileURL(drop).href }, now);
  };

  it.each(recorded.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const { at, code, exchanges, kind, person, record, refusal } = one;
    received = [];
    answers = exchanges;
    const now = Date.parse(at);
    const source = createSource(one, () => now);
    const read = async (): Promise<unknown> => {
      const reader = kind === 'health-status' ? source : source.kinds?.[kind];
      if (reader === undefined) throw new Error(`${slug} states no tests`);
      const answer = code === undefined ? await reader.readPerson(parseIdentityDocument(person?.type ?? '', person?.number ?? ''), GATE) : await reader.readCode(code, GATE);
      return kind === 'health-status' || mapping.tests === undefined ? createMappedTranslation(mapping, profile)(answer) : createMappedTestTranslation(mapping.tests, profile)(answer);
    };
    const outcome = await read().catch((cause: unknown) => {
      if (cause instanceof AdapterError) return { refusal: cause.code };
      throw cause;
    });
    expect(outcome).toMatchObject(refusal === undefined ? (record ?? {}) : { refusal });
    for (const [index, { request }] of exchanges.entries()) {
      const { form, headers, json, ...rest } = request;
      expect(received[index]).toMatchObject({ ...rest, ...(headers === undefined ? {} : { headers }) });
      if (json !== undefined) expect(JSON.parse(received[index]?.body ?? '')).toEqual(json);
      if (form !== undefined) expect(Object.fromEntries(new URLSearchParams(received[index]?.body))).toEqual(form);
    }
  });
});
