import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@grpc/grpc-js';
import { Metadata } from '@grpc/grpc-js';
import { TUFClient } from '@freedomofpress/tuf-browser';
import { createPossessionProof, generateProvinceKey, importSigningKey, parsePackagePart, parseProvinceCode } from '@health-code/attestation';
import { timestampFromSeconds, unaryTransport, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signPackageRoot } from '../../../deploy/embedded/package-root.js';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import { hubConfig, makeTestPki, type TestPki } from '../identity/certificates.fixture.js';
import { makeRequest } from '../joining/certificate-request.fixture.js';
import { createLogger } from '../platform/logger.js';
import { startHub, type RunningHub } from '../platform/start-hub.js';
import { newKey, rootContent } from './package.fixture.js';

const GUIZHOU = parseProvinceCode('520000');
const BEIJING = parseProvinceCode('110000');
const HOUR = 3600;

let database: TestDatabase;
let nats: TestNats;
let pki: TestPki;
let hub: RunningHub;
let gate: Client;
let folder: string;
const [rootKey, nextRootKey, online] = [newKey(), newKey(), newKey()];
const inAYear = (Date.now() + 365 * 86_400_000);

const root = (version: number, signers = [rootKey.key], keys = [rootKey.key]): Buffer =>
  signPackageRoot(rootContent(keys, online.key, { version, expiresAt: inAYear, isForDevelopment: true }), signers);

beforeAll(async () => {
  [database, nats, pki] = await Promise.all([createTestDatabase(), startTestNats(), makeTestPki()]);
  folder = mkdtempSync(join(tmpdir(), 'health-code-package-'));
  mkdirSync(join(folder, 'roots'));
  writeFileSync(join(folder, 'roots', '1.root.json'), root(1));
  writeFileSync(join(folder, 'online.pem'), online.pem, { mode: 0o600 });
  hub = await startHub(
    {
      ...hubConfig(pki),
      environment: 'development',
      databaseUrl: database.url,
      nats: { url: nats.url, publicUrl: nats.url, creds: nats.creds('hub'), accountSeed: nats.accountSeed },
      admitted: [{ code: GUIZHOU, standing: 'admitted' }, { code: BEIJING, standing: 'admitted' }],
      package: { rootDir: join(folder, 'roots'), keyFile: join(folder, 'online.pem'), intervalMs: 2000 },
    },
    createLogger('silent'),
    { patience: { totalMs: 300, pauseMs: 100 } },
  );
  gate = pki.client(hub.grpc, await pki.certify({ role: 'checkpoint', province: BEIJING, name: 'gate-1' }));
});

afterAll(async () => {
  gate.close();
  await hub.stop();
  await nats.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const checkpoint = (): v1.Checkpoint => v1.Checkpoint.create(unaryTransport(gate, { timeoutMs: 5000, metadata: new Metadata() }));
const versionOf = async (): Promise<number> => ((await (await get('metadata/timestamp.json')).json()) as { readonly signed: { readonly version: number } }).signed.version;
const get = (path: string): Promise<Response> => fetch(`http://${hub.http}/package/${path}`);

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 15_000;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error('did not come about in 15 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function registerGuizhou(): Promise<void> {
  const [signing, sealing] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('enc')]);
  const client = pki.client(hub.grpc, await pki.certify({ role: 'province', province: GUIZHOU }));
  await v1.Adapter.create(unaryTransport(client, { timeoutMs: 5000, metadata: new Metadata() })).register({
    mode: v1.RecognitionMode.RECOGNITION_MODE_DIRECT,
    keys: [
      { jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof: await createPossessionProof(await importSigningKey(signing.privateJwk), GUIZHOU) },
      { jwk: JSON.stringify(sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION },
    ],
    rules: [{ id: '520000-conversion', version: '1', title: '国家码直接使用' }],
  });
  client.close();
}

/** A client of The Update Framework that is not ours, with nothing but the first root in its hands. */
const newClient = (name: string): TUFClient =>
  new TUFClient(`http://${hub.http}/package/metadata/`, root(1).toString(), name, `http://${hub.http}/package/targets/`, { disableCache: true });

describe('the offline package of a hub', () => {
  it('is not published while nobody could be let in by it; its root can be pinned', async () => {
    expect((await get('metadata/timestamp.json')).status).toBe(404);
    expect(JSON.parse(Buffer.from((await checkpoint().getPackageRoot({})).root).toString())).toMatchObject({ signed: { _type: 'root', version: 1 } });
  });

  it('is published within a second of a registration', async () => {
    await registerGuizhou();
    const registeredAt = Date.now();
    await until(async () => ((await get('metadata/timestamp.json')).ok ? true : undefined));
    expect(Date.now() - registeredAt).toBeLessThan(2000);
  });

  it('is taken by another client of The Update Framework, down to what it holds', async () => {
    const client = newClient('first');
    await client.updateTUF();
    const provinces = parsePackagePart('provinces', new Uint8Array(await client.getTarget('provinces.json')));
    expect(provinces.provinces.find(({ code }) => code === GUIZHOU)).toMatchObject({ standing: 'admitted', rules: [{ id: '520000-conversion', version: '1' }] });
    expect(parsePackagePart('ledger', new Uint8Array(await client.getTarget('ledger.json'))).madeAt).toBeGreaterThan(Date.now() / 1000 - 60);
  });

  it('says how long each file may be kept, and finds no other', async () => {
    const timestamp = await get('metadata/timestamp.json');
    expect([timestamp.headers.get('content-type'), timestamp.headers.get('cache-control')]).toEqual(['application/json', 'no-cache']);
    expect((await get('metadata/1.root.json')).headers.get('cache-control')).toContain('immutable');
    expect((await get('metadata/2.root.json')).headers.get('cache-control')).toBe('no-store');
    for (const path of ['metadata/2.root.json', 'metadata/..%2f..%2fhealth', 'targets/provinces.json', 'targets/', '']) expect((await get(path)).status, path).toBe(404);
  });

  it('is published anew at each interval, by a root that has followed too', async () => {
    const before = await versionOf();
    writeFileSync(join(folder, 'roots', '2.root.json'), root(2, [rootKey.key, nextRootKey.key], [nextRootKey.key]));
    await until(async () => ((await get('metadata/2.root.json')).ok ? true : undefined));
    await until(async () => ((await versionOf()) > before ? true : undefined));
    const client = newClient('second');
    await client.updateTUF();
    expect((await client.getTarget('feeds.json')).byteLength).toBeGreaterThan(0);
  });

  it('is published on by the root before, where one comes that no client would take', async () => {
    writeFileSync(join(folder, 'roots', '3.root.json'), root(3, [rootKey.key], [rootKey.key]));
    const [before, at] = [await versionOf(), Date.now()];
    await until(async () => ((await versionOf()) > before && Date.now() > at + 2000 ? true : undefined));
    expect((await get('metadata/3.root.json')).status).toBe(404);
    rmSync(join(folder, 'roots', '3.root.json'));
  });
});

describe('enrolment of a checkpoint', () => {
  it('hands over the root that the device pins, the newest one', async () => {
    const province = pki.client(hub.grpc, await pki.certify({ role: 'province', province: GUIZHOU }));
    const { code } = await v1.Membership.create(unaryTransport(province, { timeoutMs: 5000, metadata: new Metadata() })).inviteCheckpoint({});
    const stranger = pki.client(hub.enrolment);
    const { packageRoot } = await v1.Enrolment.create(unaryTransport(stranger, { timeoutMs: 5000, metadata: new Metadata() })).apply({ token: code, certificateRequest: (await makeRequest({})).der });
    for (const client of [province, stranger]) client.close();
    expect(Buffer.from(packageRoot).equals(Buffer.from((await checkpoint().getPackageRoot({})).root))).toBe(true);
    expect(JSON.parse(Buffer.from(packageRoot).toString())).toMatchObject({ signed: { _type: 'root', version: 2 } });
  });
});

describe('ReportChecks', () => {
  const hour = Math.floor(Date.now() / 1000 / HOUR) * HOUR;
  const counts = [{ purpose: v1.Purpose.PURPOSE_TRAVEL, recognition: v1.Recognition.RECOGNITION_RECOGNISED, errorCode: '', issuer: GUIZHOU, count: 12 }];
  const report = { reportId: '8f14e45f-ceea-467f-a2ab-000000000001', hour: timestampFromSeconds(hour), counts };

  it('counts a report once, however often it comes', async () => {
    expect((await checkpoint().reportChecks(report)).isRepetition).toBe(false);
    expect((await checkpoint().reportChecks({ ...report, reportId: report.reportId.toUpperCase() })).isRepetition).toBe(true);
    expect((await checkpoint().reportChecks({ ...report, reportId: '8f14e45f-ceea-467f-a2ab-000000000002', counts: [...counts, ...counts] })).isRepetition).toBe(false);
    const { Client: PgClient } = (await import('pg')).default;
    const client = new PgClient({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query<{ province: string; count: string }>('SELECT province, count FROM check_count');
    await client.end();
    expect(rows).toEqual([{ province: BEIJING, count: '36' }]);
  });

  it('refuses what cannot be read, and says where', async () => {
    const refused = await checkpoint().reportChecks({ ...report, reportId: 'x' }).then(() => '', (error: unknown) => String(error));
    expect(refused).toContain('REQUEST_INVALID');
  });
});
