import { connect, type NatsConnection } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { ATTESTATION_STREAM, attestationSubject, INGEST_CONSUMER, inboxPrefix, resendSubject, v1 } from '@health-code/messages';
import pg from 'pg';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import { LedgerStore } from '../ledger/ledger.store.js';
import type { CommittedAttestation } from '../lookup/lookup.js';
import { openDatabase } from '../platform/database.js';
import { createLogger, type Logger } from '../platform/logger.js';
import { connectNats, ensureAttestationStream, manageJetStream, resetIngestConsumer } from '../platform/nats.js';
import { FeedSchedule } from './feed.schedule.js';
import { FeedState } from './feed-state.js';
import { FeedStore } from './feed.store.js';
import { IngestConsumer } from './ingest.consumer.js';
import { BEIJING, bytesOf, createProvinces, NOW, tokenOf, type Provinces } from './ingest.fixture.js';
import { ResendPublisher } from './resend.publisher.js';
import { ResendSchedule } from './resend.schedule.js';

const logger = createLogger('silent');
const SUBJECT = attestationSubject('520000');

/** One hub's ingest, and what it told. */
interface Hub {
  readonly nats: NatsConnection;
  readonly feeds: FeedState;
  readonly ingest: IngestConsumer;
  readonly committed: CommittedAttestation[];
  readonly stop: () => Promise<void>;
}

let provinces: Provinces;
let broker: TestNats;
let testDatabase: TestDatabase;
let database: DataSource;
let ledger: LedgerStore;
let guizhou: NatsConnection;
let hubs: Hub[] = [];
let clock = NOW * 1000;

const connectProvince = (): Promise<NatsConnection> =>
  connect({
    servers: broker.url,
    user: '520000',
    pass: broker.password('520000'),
    inboxPrefix: inboxPrefix('520000'),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });

async function startHub(log: Logger = logger): Promise<Hub> {
  const nats = await connectNats({ url: broker.url, user: 'hub', password: broker.password('hub') }, logger);
  const feeds = new FeedState();
  const committed: CommittedAttestation[] = [];
  const ingest = new IngestConsumer({
    databaseUrl: testDatabase.url,
    nats,
    ring: provinces.ring,
    feeds,
    onCommitted: (entries) => committed.push(...entries),
    logger: log,
    now: () => clock,
  });
  ingest.start();
  const hub = {
    nats,
    feeds,
    ingest,
    committed,
    stop: async () => {
      await ingest.stop();
      await nats.close();
    },
  };
  hubs.push(hub);
  return hub;
}

const publish = async (payload: string | Uint8Array, messageId?: string): Promise<void> => {
  const bytes = typeof payload === 'string' ? bytesOf(payload) : payload;
  await jetstream(guizhou).publish(SUBJECT, bytes, messageId === undefined ? {} : { msgID: messageId });
};

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** With digests as text: drivers give buffers, Web Crypto gives arrays. */
const comparable = (entry: CommittedAttestation): object => ({
  ...entry,
  tokenDigest: Buffer.from(entry.tokenDigest).toString('hex'),
  contentDigest: Buffer.from(entry.contentDigest).toString('hex'),
});

const size = (expected: number): Promise<void> => until(`${String(expected)} entries`, async () => (await ledger.size()) === expected);
const read = <T>(sql: string): Promise<T[]> => database.query<T[]>(sql);
const codes = async (): Promise<readonly string[]> => (await read<{ code: string }>('SELECT code FROM quarantine ORDER BY id')).map(({ code }) => code);
const isDrained = async (): Promise<boolean> => {
  const { num_pending, num_ack_pending } = await (await jetstreamManager(hubs[0]?.nats as NatsConnection)).consumers.info(ATTESTATION_STREAM, INGEST_CONSUMER);
  return num_pending + num_ack_pending === 0;
};

beforeAll(async () => {
  provinces = await createProvinces();
  broker = await startTestNats();
});

afterAll(() => broker.stop());

beforeEach(async () => {
  clock = NOW * 1000;
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, logger);
  ledger = new LedgerStore(database);
  guizhou = await connectProvince();
  const admin = await connectNats({ url: broker.url, user: 'hub', password: broker.password('hub') }, logger);
  const manager = await manageJetStream(admin);
  await manager.streams.delete(ATTESTATION_STREAM).catch(() => undefined);
  await ensureAttestationStream(manager);
  await admin.close();
});

afterEach(async () => {
  await Promise.all(hubs.map(({ stop }) => stop()));
  hubs = [];
  await guizhou.close();
  await database.destroy();
  await testDatabase.drop();
});

describe('ingest', () => {
  it('brings attestations into the ledger in stream order, gap-free, and tells of them', async () => {
    const hub = await startHub();
    for (const sequence of [1, 2, 3]) await publish(await tokenOf(provinces.guizhou, sequence));
    await size(3);
    await until('told', () => hub.committed.length === 3);
    const stored = await ledger.readCommitted(0, 10);
    expect(stored.map(({ index, sequence }) => [index, sequence])).toEqual([[0, 1], [1, 2], [2, 3]]);
    expect(hub.committed.map(comparable)).toEqual(stored.map(comparable));
    expect(hub.feeds.contiguous('520000')).toBe(3);
    await until('acknowledged', isDrained);
    const entry = await ledger.findEntry('520000', 2);
    expect(entry).toMatchObject({ index: 1, appendedAt: clock, token: await ledger.readToken('520000', 2) });
  });

  it('takes a single message in less than 50 ms', async () => {
    const hub = await startHub();
    await publish(await tokenOf(provinces.guizhou, 1));
    await until('the first one', () => hub.committed.length === 1);
    const token = await tokenOf(provinces.guizhou, 2);
    const begin = performance.now();
    await publish(token);
    while (hub.committed.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(performance.now() - begin).toBeLessThan(50);
  });

  it('sets bad messages aside with their reason, never their bytes, and goes on', async () => {
    const hub = await startHub();
    const good = await tokenOf(provinces.guizhou, 1);
    await publish(await tokenOf(provinces.guizhou, 1, { issuer: BEIJING }));
    await publish(await tokenOf(provinces.beijing, 1));
    await publish(`${good.slice(0, good.lastIndexOf('.'))}.${String((await tokenOf(provinces.guizhou, 2)).split('.')[2])}`);
    await publish('A'.repeat(6000));
    await publish(Uint8Array.of(0xff, 0x2e, 0xc3, 0x28, 0x2e, 0xfe));
    await publish(await tokenOf(provinces.guizhou, 1, { issuedAt: NOW + 600 }));
    await publish(good);
    await size(1);
    expect(await codes()).toEqual([
      'ATTESTATION_ISSUER_MISMATCH',
      'ATTESTATION_KEY_FOREIGN',
      'ATTESTATION_SIGNATURE_INVALID',
      'ATTESTATION_TOO_LARGE',
      'ATTESTATION_ENCODING_NOT_CANONICAL',
      'ATTESTATION_ISSUED_IN_FUTURE',
    ]);
    expect(await ledger.findEntry('520000', 1)).toMatchObject({ index: 0, token: good });
    expect(hub.feeds.snapshot()).toMatchObject([{ issuer: '520000', contiguous: 1, quarantined: 6 }]);
    expect(await read('SELECT * FROM quarantine WHERE size = 6000')).toMatchObject([{ issuer: '520000', stream_sequence: '4' }]);
  });

  it('lets the broker refuse what is beyond any attestation', async () => {
    await expect(publish('A'.repeat(9000))).rejects.toThrow();
  });

  it('takes a message again without effect, within a batch and later', async () => {
    const hub = await startHub();
    const token = await tokenOf(provinces.guizhou, 1);
    await publish(token, 'a');
    await publish(token, 'b');
    await publish(await tokenOf(provinces.guizhou, 1), 'other signature, same content');
    await publish(await tokenOf(provinces.guizhou, 2));
    await size(2);
    await publish(token, 'c');
    await publish(await tokenOf(provinces.guizhou, 3));
    await size(3);
    expect(hub.feeds.snapshot()).toMatchObject([{ contiguous: 3, equivocations: 0, quarantined: 0 }]);
  });

  it('keeps other content under a taken number beside the first', async () => {
    const hub = await startHub();
    const green = await tokenOf(provinces.guizhou, 1);
    const red = await tokenOf(provinces.guizhou, 1, { status: '10' });
    for (const token of [green, red, red]) await publish(token);
    await until('counted', () => hub.feeds.snapshot()[0]?.equivocations === 1);
    await publish(red);
    await publish(await tokenOf(provinces.guizhou, 2));
    await size(2);
    expect(await ledger.readToken('520000', 1)).toBe(green);
    expect(await read('SELECT issuer, sequence, token FROM equivocation')).toEqual([{ issuer: '520000', sequence: '1', token: red }]);
    expect(hub.feeds.snapshot()).toMatchObject([{ equivocations: 1 }]);
  });

  it('applies later numbers at once and is complete when the hole is filled', async () => {
    const hub = await startHub();
    for (const sequence of [5, 1, 4]) await publish(await tokenOf(provinces.guizhou, sequence));
    await size(3);
    await until('told', () => hub.feeds.contiguous('520000') === 1);
    hub.feeds.recordHeartbeat('520000', 5, NOW);
    expect(hub.feeds.confirmedAt('520000')).toBe(0);
    for (const sequence of [3, 2]) await publish(await tokenOf(provinces.guizhou, sequence));
    await size(5);
    await until('complete', () => hub.feeds.contiguous('520000') === 5);
    expect(hub.feeds.confirmedAt('520000')).toBe(NOW);
  });

  it('goes on where another process stopped, holes included', async () => {
    const first = await startHub();
    for (const sequence of [1, 2, 4, 7]) await publish(await tokenOf(provinces.guizhou, sequence));
    await size(4);
    await first.stop();
    const second = await startHub();
    await until('ingesting', () => second.ingest.state === 'ingesting');
    expect(second.ingest.missing('520000', { ranges: 9, numbers: 99 })).toEqual([{ first: 3, last: 3 }, { first: 5, last: 6 }]);
    await publish(await tokenOf(provinces.guizhou, 3));
    await size(5);
    expect((await ledger.listEntries(0, 10)).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('refilling', () => {
  const schedule = (hub: Hub): ResendSchedule => {
    const publisher = new ResendPublisher(hub.nats, 500);
    const { ingest, feeds } = hub;
    const ports = {
      issuers: () => feeds.snapshot().map(({ issuer }) => issuer),
      missing: ingest.missing.bind(ingest),
      caughtUpAt: ingest.caughtUpAt.bind(ingest),
      request: publisher.request.bind(publisher),
    };
    return new ResendSchedule(ports, logger, () => clock);
  };

  /** A province's adapter, as far as resending goes. */
  const answerResends = (tokens: ReadonlyMap<number, string>): v1.ISequenceRange[][] => {
    const asked: v1.ISequenceRange[][] = [];
    guizhou.subscribe(resendSubject('520000'), {
      callback: (_, message) => {
        const { ranges } = v1.ResendRequest.decode(message.data);
        asked.push(ranges.map(({ first, last }) => ({ first: first ?? 0, last: last ?? 0 })));
        let published = 0;
        for (const { first, last } of asked.at(-1) ?? []) {
          for (let sequence = first ?? 0; sequence <= (last ?? 0); sequence += 1) {
            guizhou.publish(SUBJECT, bytesOf(tokens.get(sequence) ?? ''));
            published += 1;
          }
        }
        message.respond(v1.ResendReply.encode({ published }).finish());
      },
    });
    return asked;
  };

  const round = async (resends: ResendSchedule): Promise<void> => {
    clock += 1000;
    await resends.askForMissing();
  };

  it('asks the province for a hole and for a lost tail, and is complete again', async () => {
    const hub = await startHub();
    const tokens = new Map<number, string>();
    for (const sequence of [1, 2, 3, 4, 5, 6]) tokens.set(sequence, await tokenOf(provinces.guizhou, sequence));
    for (const sequence of [1, 4]) await publish(tokens.get(sequence) ?? '');
    await size(2);
    await until('told', () => hub.feeds.highest('520000') === 4);
    hub.feeds.recordHeartbeat('520000', 6, NOW + 1);
    const asked = answerResends(tokens);
    await guizhou.flush();
    const resends = schedule(hub);
    await round(resends);
    expect(asked).toEqual([]);
    await round(resends);
    await size(6);
    expect(asked).toEqual([[{ first: 2, last: 3 }, { first: 5, last: 6 }]]);
    await until('complete', () => hub.feeds.contiguous('520000') === 6);
    expect(hub.feeds.confirmedAt('520000')).toBe(NOW + 1);
  });

  it('asks again for what a clock ten minutes ahead had signed, until it is acceptable', async () => {
    const hub = await startHub();
    const tokens = new Map([[1, await tokenOf(provinces.guizhou, 1, { issuedAt: NOW + 600 })]]);
    await publish(tokens.get(1) ?? '');
    await until('set aside', async () => (await codes()).length === 1);
    hub.feeds.recordHeartbeat('520000', 1, NOW);
    answerResends(tokens);
    await guizhou.flush();
    const resends = schedule(hub);
    for (let rounds = 0; rounds < 4; rounds += 1) await round(resends);
    expect(await ledger.size()).toBe(0);
    clock += 600_000;
    await round(resends);
    await size(1);
    expect(await codes()).toEqual(['ATTESTATION_ISSUED_IN_FUTURE']);
  });

  it('parks a province that is down and asks less and less often', async () => {
    const hub = await startHub();
    await until('ingesting', () => hub.ingest.state === 'ingesting');
    hub.feeds.recordHeartbeat('520000', 3, NOW);
    let requests = 0;
    const publisher = new ResendPublisher(hub.nats, 500);
    await expect(publisher.request('520000', [{ first: 1, last: 3 }])).rejects.toMatchObject({ code: 'ADAPTER_UNREACHABLE' });
    const resends = new ResendSchedule(
      {
        issuers: () => ['520000'],
        missing: hub.ingest.missing.bind(hub.ingest),
        caughtUpAt: hub.ingest.caughtUpAt.bind(hub.ingest),
        request: (issuer, ranges) => {
          requests += 1;
          return publisher.request(issuer, ranges);
        },
      },
      logger,
      () => clock,
    );
    for (let rounds = 0; rounds < 120; rounds += 1) await round(resends);
    // After 1 s, 1 s, 2, 4, 8, 16 and then every 30.
    expect(requests).toBeGreaterThanOrEqual(6);
    expect(requests).toBeLessThanOrEqual(9);
  });
});

describe('crashes', () => {
  it('takes redelivered messages without effect when acknowledgements were lost', async () => {
    const first = await startHub();
    for (const sequence of [1, 2, 3]) await publish(await tokenOf(provinces.guizhou, sequence));
    await size(3);
    await first.stop();
    const second = await connectNats({ url: broker.url, user: 'hub', password: broker.password('hub') }, logger);
    await (await jetstreamManager(second)).consumers.delete(ATTESTATION_STREAM, INGEST_CONSUMER);
    await second.close();
    hubs = [];
    await startHub();
    await publish(await tokenOf(provinces.guizhou, 4));
    await size(4);
    expect(await read('SELECT index, sequence FROM ledger_entry ORDER BY index')).toEqual([1, 2, 3, 4].map((sequence) => ({ index: String(sequence - 1), sequence: String(sequence) })));
    await until('acknowledged', isDrained);
  });

  it('delivers at once what a dead process had in hand', async () => {
    const dead = await connectNats({ url: broker.url, user: 'hub', password: broker.password('hub') }, logger);
    await resetIngestConsumer(await manageJetStream(dead));
    for (const sequence of [1, 2]) await publish(await tokenOf(provinces.guizhou, sequence));
    const consumer = await jetstream(dead).consumers.get(ATTESTATION_STREAM, INGEST_CONSUMER);
    expect((await consumer.next())?.seq).toBe(1);
    await dead.close();
    await startHub();
    await size(2);
  });

  it('loses nothing when its database sessions are killed while it ingests', async () => {
    const tokens = await Promise.all(Array.from({ length: 300 }, (_, position) => tokenOf(provinces.guizhou, position + 1)));
    const hub = await startHub();
    for (const [position, token] of tokens.entries()) {
      await publish(token);
      if (position % 75 === 30) await read(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hub-ingest'`);
    }
    await size(300);
    const entries = await ledger.listEntries(0, 500);
    expect(entries.map(({ index }) => index)).toEqual(entries.map((_, position) => position));
    expect(new Set(entries.map(({ sequence }) => sequence)).size).toBe(300);
    expect(hub.feeds.contiguous('520000')).toBe(300);
  });

  it('waits for a database that is down, says so once, and loses nothing', async () => {
    const lines: { readonly level: number; readonly msg: string }[] = [];
    const hub = await startHub(pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) }));
    await publish(await tokenOf(provinces.guizhou, 1));
    await size(1);
    const admin = new pg.Client({ connectionString: inject('DATABASE_URL') });
    await admin.connect();
    const name = new URL(testDatabase.url).pathname.slice(1);
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'hub-ingest'`, [name]);
    await until('interrupted', () => hub.ingest.state === 'interrupted');
    await publish(await tokenOf(provinces.guizhou, 2));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(hub.committed).toHaveLength(1);
    // Once for the lost connection, once for the refused new one.
    expect(lines.filter(({ msg }) => msg.startsWith('ingest is interrupted')).length).toBeLessThanOrEqual(2);
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await admin.end();
    await size(2);
    await until('told', () => hub.committed.length === 2);
  });

  it('sets a message aside whose row the database refuses, and takes the others of its batch', async () => {
    await read('ALTER TABLE attestation ADD CHECK (sequence <> 2)');
    for (const sequence of [1, 2, 3]) await publish(await tokenOf(provinces.guizhou, sequence));
    const hub = await startHub();
    await size(2);
    await until('acknowledged', isDrained);
    expect(await codes()).toEqual(['INGEST_APPEND_REFUSED']);
    expect(hub.committed.map(({ index, sequence }) => [index, sequence])).toEqual([[0, 1], [1, 3]]);
    expect(hub.ingest.missing('520000', { ranges: 9, numbers: 9 })).toEqual([{ first: 2, last: 2 }]);
  });

  it('loses nothing when NATS is killed while it ingests', async () => {
    await startHub();
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, position) => tokenOf(provinces.guizhou, position + 1)));
    for (const [position, token] of tokens.entries()) {
      if (position === 40) {
        await broker.kill();
        await broker.restart();
      }
      // As the outbox of an adapter: what is not acknowledged is published again.
      for (let isPublished = false; !isPublished; ) {
        isPublished = await publish(token).then(() => true, () => false);
      }
    }
    await size(100);
    expect((await ledger.listEntries(0, 200)).map(({ sequence }) => sequence)).toEqual(tokens.map((_, position) => position + 1));
  });

  it('lets one of several replicas ingest, and another take over', async () => {
    const first = await startHub();
    await until('first', () => first.ingest.state === 'ingesting');
    const second = await startHub();
    await until('second', () => second.ingest.state === 'standby');
    await publish(await tokenOf(provinces.guizhou, 1));
    await size(1);
    expect(second.committed).toEqual([]);
    await first.ingest.stop();
    await publish(await tokenOf(provinces.guizhou, 2));
    await size(2);
    await until('told', () => second.committed.length === 1);
  });

  it('shares heartbeats between replicas', async () => {
    const first = await startHub();
    const store = new FeedStore(database);
    const heard = new FeedState();
    heard.recordHeartbeat('520000', 1, NOW + 5);
    await publish(await tokenOf(provinces.guizhou, 1));
    await size(1);
    await new FeedSchedule(heard, store, logger).exchange();
    await new FeedSchedule(first.feeds, store, logger).exchange();
    expect(first.feeds.confirmedAt('520000')).toBe(NOW + 5);
  });
});

describe('the ledger', () => {
  it('refuses to be changed', async () => {
    await startHub();
    await publish(await tokenOf(provinces.guizhou, 1));
    await size(1);
    const refused = { code: '23001' };
    await expect(read('UPDATE ledger_entry SET sequence = 2')).rejects.toMatchObject(refused);
    await expect(read('DELETE FROM ledger_entry')).rejects.toMatchObject(refused);
    await expect(read('TRUNCATE ledger_entry')).rejects.toMatchObject(refused);
    await expect(read(`UPDATE attestation SET status = '00'`)).rejects.toMatchObject(refused);
  });
});
