import { resendSubject, v1 } from '@health-code/messages';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, CODE } from './memory-province.fixture.js';
import { competeForLead } from './platform/instance-lock.js';
import { startAdapterUnderTest, type AdapterUnderTest } from './running-adapter.fixture.js';

const log = pino({ level: 'silent' });

describe('an adapter whose neighbours come and go', () => {
  let adapter: AdapterUnderTest;

  beforeAll(async () => {
    adapter = await startAdapterUnderTest();
  });
  afterAll(async () => {
    await adapter.close();
  });

  it('registers again after the hub was restarted and has forgotten it', async () => {
    const before = adapter.hub.registrations.length;
    await adapter.hub.restart();
    await expect.poll(() => adapter.hub.registrations.length, { timeout: 10_000 }).toBe(before + 1);
  });

  it('keeps a second instance waiting until the first is gone', async () => {
    const second = competeForLead(adapter.config.databaseUrl, log);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(second.isHeld()).toBe(false);
    await adapter.stop();
    await second.acquired;
    expect(second.isHeld()).toBe(true);
    await second.close();
    await adapter.start();
  });

  it('goes on where it was after PostgreSQL ended every session', async () => {
    await adapter.database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()').catch(() => undefined);
    adapter.changes.push(answerOf('01'));
    await expect.poll(async () => (await adapter.published()).at(-1), { timeout: 10_000 }).toMatchObject({ sequence: 1, status: '01' });
    expect(adapter.isLeading()).toBe(true);
  });

  it('loses nothing that was attested while NATS was killed', async () => {
    await adapter.nats.kill();
    adapter.changes.push(answerOf('00'));
    await expect.poll(adapter.hub.lastSequence).toBe(2);
    await adapter.nats.restart();
    await expect.poll(async () => (await adapter.published().catch(() => [])).at(-1), { timeout: 15_000 }).toMatchObject({ sequence: 2, status: '00' });
  });

  it('publishes nothing before the hub knows its key, and loses nothing that was pushed until then', async () => {
    const { kid } = adapter.keys.signing[0].key;
    await adapter.stop();
    adapter.hub.unaccepted.add(kid);
    const starting = adapter.start();
    const before = (await adapter.published()).length;
    await expect.poll(async () => (await adapter.push(['10']).catch(() => undefined))?.status, { timeout: 5000 }).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Nor where the hub asks: what went out under another key would be signed anew with this one.
    const hub = await adapter.nats.connect('hub');
    const { data } = await hub.request(resendSubject(CODE), v1.ResendRequest.encode({ ranges: [{ first: 1, last: before + 1 }] }).finish(), { timeout: 3000 });
    await hub.close();
    expect(v1.ResendReply.decode(data)).toMatchObject({ published: 0, error: { code: 'HUB_UNREACHABLE' } });
    expect(await adapter.published()).toHaveLength(before);
    adapter.hub.unaccepted.clear();
    await starting;
    await expect.poll(async () => (await adapter.published()).at(-1), { timeout: 5000 }).toMatchObject({ sequence: before + 1, status: '10' });
  });
});
