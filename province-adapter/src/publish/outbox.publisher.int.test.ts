import { ATTESTATION_STREAM, attestationSubject, resendSubject, v1 } from '@health-code/messages';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { nanos, nuid, type NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import { OutboxStore } from '../outbox/outbox.store.js';
import { connectDatabase, migrateDatabase } from '../platform/database.js';
import { connectNats } from '../platform/nats.js';
import { OutboxPublisher } from './outbox.publisher.js';
import { createResendResponder } from './resend.consumer.js';

const log = pino({ level: 'silent' });
const ISSUER = '520000';

describe('OutboxPublisher', () => {
  let testDatabase: TestDatabase;
  let nats: TestNats;
  let database: DataSource;
  let store: OutboxStore;
  let province: NatsConnection;
  let hub: NatsConnection;
  const publishers: OutboxPublisher[] = [];

  const publisher = (): OutboxPublisher => {
    const created = new OutboxPublisher({ outbox: store, jetstream: jetstream(province), issuer: ISSUER, log, isLeading: () => true });
    publishers.push(created);
    return created;
  };
  const append = (count: number): Promise<void> =>
    store.append([], ({ lastSequence }) =>
      Promise.resolve({ entries: Array.from({ length: count }, (_unused, index) => ({ sequence: lastSequence + 1 + index, subject: 's', kind: 'health-status', token: `token-${lastSequence + 1 + index}`, issuedAt: 0, expiresAt: 1, earlier: 'none' })) }),
    );
  const streamed = async (): Promise<readonly string[]> => {
    const manager = await jetstreamManager(hub);
    const { state } = await manager.streams.info(ATTESTATION_STREAM);
    const texts: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) texts.push((await manager.streams.getMessage(ATTESTATION_STREAM, { seq }))?.string() ?? '');
    return texts;
  };
  const tokens = (count: number): readonly string[] => Array.from({ length: count }, (_unused, index) => `token-${index + 1}`);
  const published = async (): Promise<number> => Number((await database.query<{ n: string }[]>('SELECT count(*) AS n FROM attestation_outbox WHERE published_at IS NOT NULL'))[0]?.n);

  beforeAll(async () => {
    [testDatabase, nats] = await Promise.all([createTestDatabase(), startTestNats()]);
    database = await connectDatabase(testDatabase.url, log);
    await migrateDatabase(database);
    store = new OutboxStore(database);
    await store.claim(ISSUER);
    province = await connectNats({ url: nats.url, creds: () => nats.creds(ISSUER) }, ISSUER, log);
    hub = await nats.connect('admin');
  });
  beforeEach(async () => {
    const manager = await jetstreamManager(hub);
    await manager.streams.add({ name: ATTESTATION_STREAM, subjects: [attestationSubject('*')], storage: StorageType.File, duplicate_window: nanos(120_000) });
    await database.query('TRUNCATE attestation_outbox');
    await database.query('UPDATE issuer_sequence SET last_sequence = 0');
  });
  afterEach(async () => {
    await Promise.all(publishers.splice(0).map((each) => each.stop()));
    await (await jetstreamManager(hub)).streams.delete(ATTESTATION_STREAM);
  });
  afterAll(async () => {
    await province.close();
    await hub.close();
    await nats.stop();
    await database.destroy();
    await testDatabase.drop();
  });

  it('publishes in order what was committed, over several windows', async () => {
    const running = publisher();
    running.start();
    await append(600);
    running.notify();
    await expect.poll(published).toBe(600);
    expect(await streamed()).toEqual(tokens(600));
  });

  it('publishes after a crash between append and publish', async () => {
    await append(3);
    publisher().start();
    await expect.poll(published).toBe(3);
    expect(await streamed()).toEqual(tokens(3));
  });

  it('sends the same message id after a crash between publish and mark, so that the broker drops the second', async () => {
    await append(3);
    const crashing = new OutboxPublisher({
      outbox: { readUnpublished: store.readUnpublished.bind(store), markPublished: () => Promise.reject(new Error('crash')) },
      jetstream: jetstream(province), issuer: ISSUER, log, isLeading: () => true,
    });
    await expect(crashing.publishWindow()).rejects.toThrow('crash');
    expect(await published()).toBe(0);
    expect(await publisher().publishWindow()).toBe(3);
    expect(await streamed()).toEqual(tokens(3));
  });

  it('sends ids that no other province can use up before', async () => {
    const other = await connectNats({ url: nats.url, creds: () => nats.creds('310000') }, '310000', log);
    await append(2);
    for (const msgID of ['1', `${ISSUER}-1`, `${ISSUER}.1`, `${ISSUER}/1`]) await jetstream(other).publish(attestationSubject('310000'), 'foreign', { msgID });
    expect(await publisher().publishWindow()).toBe(2);
    expect((await streamed()).filter((text) => text !== 'foreign')).toEqual(tokens(2));
    await other.close();
  });

  it('goes on when NATS is killed and comes back', async () => {
    const running = publisher();
    running.start();
    await append(10);
    running.notify();
    await expect.poll(published).toBe(10);
    await nats.kill();
    await append(10);
    running.notify();
    await nats.restart();
    await expect.poll(published, { timeout: 15_000 }).toBe(20);
    expect(await streamed()).toEqual(tokens(20));
  });

  it('waits for a stream that is not there yet', async () => {
    const manager = await jetstreamManager(hub);
    await manager.streams.delete(ATTESTATION_STREAM);
    await append(2);
    await expect(publisher().publishWindow()).rejects.toThrow();
    expect(await published()).toBe(0);
    await manager.streams.add({ name: ATTESTATION_STREAM, subjects: [attestationSubject('*')] });
    expect(await publisher().publishWindow()).toBe(2);
  });

  it('stays silent while another instance leads', async () => {
    await append(1);
    const standby = new OutboxPublisher({ outbox: store, jetstream: jetstream(province), issuer: ISSUER, log, isLeading: () => false });
    standby.start();
    await standby.stop();
    expect(await published()).toBe(0);
  });

  it('stops with nothing left unpublished', async () => {
    const running = publisher();
    running.start();
    await append(300);
    await running.stop();
    expect(await published()).toBe(300);
  });

  describe('asked to resend', () => {
    const ask = async (request: v1.IResendRequest): Promise<v1.ResendReply> =>
      v1.ResendReply.decode((await hub.request(resendSubject(ISSUER), v1.ResendRequest.encode(request).finish(), { timeout: 3000 })).data);

    it('publishes the numbers again past the broker’s window, twice if asked twice', async () => {
      const responder = createResendResponder({ nats: province, jetstream: jetstream(province), outbox: store, issuer: ISSUER, vouch: (token) => Promise.resolve(token), unique: () => nuid.next(), log });
      await province.flush();
      await append(5);
      expect(await publisher().publishWindow()).toBe(5);
      expect(await ask({ ranges: [{ first: 2, last: 3 }, { first: 5, last: 9 }] })).toMatchObject({ published: 3 });
      expect(await ask({ ranges: [{ first: 2, last: 2 }] })).toMatchObject({ published: 1 });
      expect(await streamed()).toEqual([...tokens(5), 'token-2', 'token-3', 'token-5', 'token-2']);
      await responder.stop();
    });

    it('publishes under a key in use what was signed with another one', async () => {
      const vouch = (token: string): Promise<string> => Promise.resolve(token === 'token-2' ? 'token-2 signed anew' : token);
      const responder = createResendResponder({ nats: province, jetstream: jetstream(province), outbox: store, issuer: ISSUER, vouch, unique: () => nuid.next(), log });
      await province.flush();
      await append(2);
      expect(await ask({ ranges: [{ first: 1, last: 2 }] })).toMatchObject({ published: 2 });
      expect((await streamed()).slice().sort()).toEqual(['token-1', 'token-2 signed anew']);
      await responder.stop();
    });

    it.each([
      ['no range', []],
      ['an empty range', [{ first: 3, last: 2 }]],
      ['number 0', [{ first: 0, last: 2 }]],
      ['more than 10000 numbers', [{ first: 1, last: 10_001 }]],
      ['more than 100 ranges', Array.from({ length: 101 }, () => ({ first: 1, last: 1 }))],
    ])('refuses %s', async (_what, ranges) => {
      const responder = createResendResponder({ nats: province, jetstream: jetstream(province), outbox: store, issuer: ISSUER, vouch: (token) => Promise.resolve(token), unique: () => nuid.next(), log });
      await province.flush();
      expect((await ask({ ranges })).error?.code).toBe('CALL_INVALID');
      await responder.stop();
    });
  });
});
