import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { createPossessionProof, generateProvinceKey, importHubKeys, importSigningKey, parseProvinceCode, type SigningKey } from '@health-code/attestation';
import { jetstream } from '@nats-io/jetstream';
import { attestationSubject, unaryTransport, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import type { HubConfig } from '../config.js';
import { checkpointCaller, hubConfig, makeTestPki, type TestPki } from '../identity/certificates.fixture.js';
import { bytesOf, GUIZHOU, tokenOf } from '../ingest/ingest.fixture.js';
import { startHub, type RunningHub } from './start-hub.js';
import { createLogger } from './logger.js';

let database: TestDatabase;
let nats: TestNats;
let config: HubConfig;
let pki: TestPki;
let hub: RunningHub;
let province: Client;
let gate: Client;
let auditor: Client;

const BEIJING = parseProvinceCode('110000');
const IMPATIENT = { patience: { totalMs: 300, pauseMs: 100 } };
const logger = createLogger('silent');

beforeAll(async () => {
  [database, nats, pki] = await Promise.all([createTestDatabase(), startTestNats(), makeTestPki()]);
  config = {
    ...hubConfig(pki),
    databaseUrl: database.url,
    nats: { url: nats.url, publicUrl: nats.url, creds: nats.creds('hub'), accountSeed: nats.accountSeed },
    admitted: [{ code: GUIZHOU, standing: 'admitted' }, { code: BEIJING, standing: 'admitted' }],
  };
  hub = await startHub(config, logger, IMPATIENT);
  province = pki.client(hub.grpc, await pki.certify({ role: 'province', province: GUIZHOU }));
  gate = pki.client(hub.grpc, await pki.certify({ role: 'checkpoint', province: BEIJING, name: 'gate-1' }));
  auditor = pki.client(hub.grpc, await pki.certify({ role: 'auditor', name: 'a' }));
});

afterAll(async () => {
  for (const client of [province, gate, auditor]) client.close();
  await hub.stop();
  await nats.stop();
  await database.drop();
});

const transport = (client: Client) => unaryTransport(client, { timeoutMs: 5000, metadata: new Metadata() });
const ledger = (): v1.Ledger => v1.Ledger.create(transport(auditor));
const ready = async (): Promise<{ readonly status: number; readonly body: unknown }> => {
  const response = await fetch(`http://${hub.http}/health/ready`);
  return { status: response.status, body: await response.json() };
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('did not come about in 15 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Registers Guizhou as its adapter does. */
async function registerGuizhou(): Promise<{ readonly adapter: v1.Adapter; readonly key: SigningKey }> {
  const [signing, sealing] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('enc')]);
  const key = await importSigningKey(signing.privateJwk);
  const adapter = v1.Adapter.create(transport(province));
  await adapter.register({
    mode: v1.RecognitionMode.RECOGNITION_MODE_DIRECT,
    keys: [
      { jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof: await createPossessionProof(key, GUIZHOU) },
      { jwk: JSON.stringify(sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION },
    ],
    rules: [{ id: '520000-conversion', version: '1', title: '国家码直接使用' }],
  });
  return { adapter, key };
}

async function publishAsGuizhou(token: string): Promise<void> {
  const connection = await nats.connect(GUIZHOU);
  await jetstream(connection).publish(attestationSubject(GUIZHOU), token, { msgID: `${GUIZHOU}-1` });
  await connection.close();
}

describe('startHub', () => {
  it('serves every service once it resolves', async () => {
    expect((await ledger().getSummary({})).size).toBe(0);
    const refusals = await Promise.all(
      [v1.Checkpoint.create(transport(gate)).verifyCode({}), v1.PersonalHealthCode.create(transport(province)).verifyCode({}), v1.Adapter.create(transport(province)).heartbeat({})].map((call) =>
        call.then(() => status.OK, (error: unknown) => (error as ServiceError).code),
      ),
    );
    expect(refusals).toEqual([status.INVALID_ARGUMENT, status.INVALID_ARGUMENT, status.FAILED_PRECONDITION]);
  });

  it('hands out the keys by which its badges are verified', async () => {
    const { jwks } = await ledger().getHubKeys({});
    expect(await importHubKeys(JSON.parse(jwks))).toHaveLength(1);
    expect(jwks).not.toContain('"d"');
  });

  it('lets whoever has no certificate apply, and nothing else', async () => {
    const stranger = pki.client(hub.enrolment);
    const refusal = (call: Promise<unknown>): Promise<number | undefined> => call.then(() => status.OK, (error: unknown) => (error as ServiceError).code);
    expect(await refusal(v1.Enrolment.create(transport(stranger)).apply({ token: 'x' }))).toBe(status.UNAUTHENTICATED);
    expect(await refusal(v1.Ledger.create(transport(stranger)).getSummary({}))).toBe(status.UNIMPLEMENTED);
    stranger.close();
  });

  it('opens a port without TLS only where the caller of startHub says so, for one caller', async () => {
    expect(hub.plaintext).toBeUndefined();
    const measured = await startHub(config, logger, { ...IMPATIENT, plaintext: { address: { host: '127.0.0.1', port: 0 }, caller: checkpointCaller(BEIJING) } });
    const plain = new Client(measured.plaintext ?? '', credentials.createInsecure());
    expect((await v1.Ledger.create(transport(plain)).getSummary({})).size).toBe(0);
    await expect(v1.Ledger.create(transport(plain)).getEntry({})).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    plain.close();
    await measured.stop();
  });

  it('recognises at a checkpoint what a registered province published', async () => {
    const { adapter, key } = await registerGuizhou();
    const now = Math.floor(Date.now() / 1000);
    const token = await tokenOf(key, 1, { issuedAt: now, since: now, expiresAt: now + 3600 });
    await publishAsGuizhou(token);
    const heartbeat = async (): Promise<unknown> => (await adapter.heartbeat({ lastSequence: 1, localSystemReachable: true })).contiguousSequence;
    await until(async () => (await heartbeat()) === 1);
    await heartbeat();

    const context = { province: BEIJING, checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_TRANSPORT, purpose: v1.Purpose.PURPOSE_CHECKPOINT };
    const { verdict } = await v1.Checkpoint.create(transport(gate)).verifyCode({ context, code: bytesOf(token) });
    expect(verdict).toMatchObject({
      status: v1.HealthStatus.HEALTH_STATUS_GREEN,
      recognition: v1.Recognition.RECOGNITION_RECOGNISED,
      freshness: v1.Freshness.FRESHNESS_FRESH,
      advice: v1.Advice.ADVICE_ALLOW,
    });
    const { entry } = await ledger().getEntry({ issuer: GUIZHOU, sequence: 1 });
    expect(Buffer.from(entry?.attestation ?? []).toString()).toBe(token);
  });

  it('lets a device of one province speak for no other, whatever its request and its headers say', async () => {
    const claims = new Metadata();
    claims.set('authorization', `Bearer ${GUIZHOU}`);
    claims.set('x-forwarded-client-cert', `URI=spiffe://health-code.internal/checkpoint/${GUIZHOU}/gate-1`);
    const checkpoint = v1.Checkpoint.create(unaryTransport(gate, { timeoutMs: 5000, metadata: claims }));
    const context = { province: GUIZHOU, purpose: v1.Purpose.PURPOSE_CHECKPOINT };
    await expect(checkpoint.verifyCode({ context, code: bytesOf('x') })).rejects.toMatchObject({ code: status.PERMISSION_DENIED, details: expect.stringMatching(/^CALLER_PROVINCE_MISMATCH/) as string });
  });

  it('says over HTTP that it lives and what it leans on', async () => {
    expect((await fetch(`http://${hub.http}/health/live`)).status).toBe(200);
    await until(async () => (await ready()).status === 200);
    expect((await ready()).body).toEqual({ status: 'ready', database: true, nats: true, lookup: true });
  });

  it('is not ready while NATS is away, and ready again when it is back', async () => {
    await nats.kill();
    await until(async () => (await ready()).status === 503);
    expect((await ready()).body).toMatchObject({ database: true, nats: false, lookup: true });
    await nats.restart();
    await until(async () => (await ready()).status === 200);
  }, 40_000);

  it('gives up on a database or a broker that does not come, with a code of its own', async () => {
    await expect(startHub({ ...config, databaseUrl: 'postgresql://hub@127.0.0.1:1/hub' }, logger, IMPATIENT)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
    await expect(startHub({ ...config, nats: { ...config.nats, url: 'nats://127.0.0.1:1' } }, logger, IMPATIENT)).rejects.toMatchObject({
      code: 'NATS_UNAVAILABLE',
    });
  });

  it('runs beside another replica on the same database, and stops without it', async () => {
    const other = await startHub(config, logger, IMPATIENT);
    expect(other.grpc).not.toBe(hub.grpc);
    await other.stop();
    expect((await ledger().getSummary({})).size).toBe(1);
  });
});
