import { createKeyRing, importProvinceKey, statusListUri, type ProvinceKeyRing } from '@health-code/attestation';
import { CHANGED_AT_HEADER, ALL_STATUS_LISTS, ATTESTATION_STREAM, statusListRequestSubject, v1 } from '@health-code/messages';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { renameSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatKeyFile } from './keys/key-file.js';
import { makePrivateJwks } from './keys/province-keys.fixture.js';
import { CODE, now } from './memory-province.fixture.js';
import { startAdapterUnderTest, type AdapterUnderTest } from './running-adapter.fixture.js';
import { ListHolder } from './status-list/status-list.fixture.js';

const kidOf = (token: string): string => (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { readonly kid: string }).kid;

describe('the status lists of a running adapter', () => {
  let adapter: AdapterUnderTest;
  let hub: NatsConnection;
  let ring: ProvinceKeyRing = createKeyRing([]);
  const kids: string[] = [];
  const holder = new ListHolder(() => ring, now);

  const registeredRing = async (): Promise<ProvinceKeyRing> => {
    const keys = adapter.hub.registrations.at(-1)?.keys.filter(({ use }) => use === v1.KeyUse.KEY_USE_SIGNATURE) ?? [];
    return createKeyRing(await Promise.all(keys.map(({ jwk }) => importProvinceKey(JSON.parse(jwk ?? ''), CODE))));
  };
  const statusOf = async (sequence: number): Promise<string | undefined> => {
    const { token } = v1.StatusListReply.decode((await hub.request(statusListRequestSubject(CODE), v1.StatusListRequest.encode({ uri: statusListUri(CODE) }).finish(), { timeout: 3000 })).data);
    ring = await registeredRing();
    await holder.take(token);
    return holder.statusOf(sequence);
  };
  const suspension = async (method: 'PUT' | 'DELETE', sequence: number): Promise<number> =>
    (await fetch(`http://${adapter.httpAddress()}/suspensions/${String(sequence)}`, { method })).status;

  beforeAll(async () => {
    adapter = await startAdapterUnderTest();
    hub = await adapter.nats.connect('hub');
    hub.subscribe(ALL_STATUS_LISTS, {
      callback: (error, message) => {
        if (error === null) kids.push(kidOf(v1.StatusListMessage.decode(message.data).token));
      },
    });
    await hub.flush();
  });
  afterAll(async () => {
    await hub.close();
    await adapter.close();
  });

  it('say what a change of status took back, and the change says when it was made', async () => {
    const before = Date.now();
    await adapter.push(['00']);
    await adapter.push(['10']);
    expect([await statusOf(1), await statusOf(2)]).toEqual(['invalid', 'valid']);
    await expect.poll(async () => (await adapter.published()).length).toBe(2);
    const admin = await adapter.nats.connect('admin');
    const stored = await (await jetstreamManager(admin)).streams.getMessage(ATTESTATION_STREAM, { seq: 2 });
    await admin.close();
    const changedAt = Number(stored?.header.get(CHANGED_AT_HEADER));
    expect(changedAt).toBeGreaterThanOrEqual(before - 1);
    expect(changedAt).toBeLessThanOrEqual(Date.now());
  });

  it('say what the province suspends and lifts', async () => {
    expect([await suspension('PUT', 2), await statusOf(2)]).toEqual([200, 'suspended']);
    expect([await suspension('DELETE', 2), await statusOf(2)]).toEqual([200, 'valid']);
    expect([await suspension('PUT', 1), await suspension('PUT', 99)]).toEqual([409, 404]);
  });

  it('are signed with a new key as soon as the hub has accepted it', async () => {
    const next = await makePrivateJwks();
    kids.length = 0;
    writeFileSync(`${adapter.config.keyFile}.new`, formatKeyFile({ signing: [next.signing], encryption: [next.encryption], isForDevelopment: false }), { mode: 0o600 });
    renameSync(`${adapter.config.keyFile}.new`, adapter.config.keyFile);
    await expect.poll(() => kids[0], { timeout: 10_000 }).toBe(next.signing.kid);
    expect([await statusOf(1), await statusOf(2)]).toEqual(['invalid', 'valid']);
  });

  it('are the same after a restart', async () => {
    await adapter.stop();
    await adapter.start();
    expect([await statusOf(1), await statusOf(2)]).toEqual(['invalid', 'valid']);
    await adapter.push(['01']);
    expect([await statusOf(2), await statusOf(3)]).toEqual(['invalid', 'valid']);
  });
});
