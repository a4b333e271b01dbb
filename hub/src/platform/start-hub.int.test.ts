import { createHash } from 'node:crypto';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { parseProvinceCode } from '@health-code/attestation';
import { unaryTransport, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import type { HubConfig } from '../config.js';
import { startHub, type RunningHub } from './start-hub.js';
import { createLogger } from './logger.js';

let database: TestDatabase;
let nats: TestNats;
let config: HubConfig;
let hub: RunningHub;
let client: Client;

const IMPATIENT = { totalMs: 300, pauseMs: 100 };
const logger = createLogger('silent');

beforeAll(async () => {
  [database, nats] = await Promise.all([createTestDatabase(), startTestNats()]);
  config = {
    databaseUrl: database.url,
    nats: { url: nats.url, user: 'hub', password: nats.password('hub') },
    grpc: { host: '127.0.0.1', port: 0 },
    http: { host: '127.0.0.1', port: 0 },
    admitted: [{ code: parseProvinceCode('520000'), standing: 'admitted', enrolmentTokenSha256: createHash('sha256').update('token').digest() }],
    callTimeoutMs: 500,
    logLevel: 'silent',
  };
  hub = await startHub(config, logger, IMPATIENT);
  client = new Client(hub.grpc, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await hub.stop();
  await nats.stop();
  await database.drop();
});

const transport = () => unaryTransport(client, { timeoutMs: 5000, metadata: new Metadata() });
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

describe('startHub', () => {
  it('serves every service once it resolves', async () => {
    expect((await v1.Ledger.create(transport()).getSummary({})).size).toBe(0);
    const refusals = await Promise.all(
      [
        v1.Checkpoint.create(transport()).verifyCode({}),
        v1.PersonalHealthCode.create(transport()).verifyCode({}),
        v1.Adapter.create(transport()).heartbeat({}),
      ].map((call) => call.then(() => status.OK, (error: unknown) => (error as ServiceError).code)),
    );
    expect(refusals).toEqual([status.INVALID_ARGUMENT, status.INVALID_ARGUMENT, status.UNAUTHENTICATED]);
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
    expect((await v1.Ledger.create(transport()).getSummary({})).size).toBe(0);
  });
});
