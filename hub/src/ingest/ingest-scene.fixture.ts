import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { ATTESTATION_STREAM, attestationSubject, INGEST_CONSUMER } from '@health-code/messages';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import { LedgerStore } from '../ledger/ledger.store.js';
import type { CommittedAttestation } from '../lookup/lookup.js';
import { openDatabase } from '../platform/database.js';
import { createLogger, type Logger } from '../platform/logger.js';
import { connectNats, ensureAttestationStream, manageJetStream } from '../platform/nats.js';
import { FeedState } from './feed-state.js';
import { IngestConsumer } from './ingest.consumer.js';
import { bytesOf, createProvinces, NOW, type Provinces } from './ingest.fixture.js';

/** One hub's ingest, and what it told. */
export interface Hub {
  readonly nats: NatsConnection;
  readonly feeds: FeedState;
  readonly ingest: IngestConsumer;
  readonly committed: readonly CommittedAttestation[];
  readonly stop: () => Promise<void>;
}

/** A logger that says nothing. */
export const silent = createLogger('silent');

/** The subject of the province that publishes in a scene. */
export const GUIZHOU_SUBJECT = attestationSubject('520000');

/** Waits until `isTrue`; fails with `what` after 15 s. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A broker for a test file; a database, an empty stream and a connected province for each test; hubs as wanted. */
export class IngestScene {
  provinces!: Provinces;
  broker!: TestNats;
  testDatabase!: TestDatabase;
  database!: DataSource;
  ledger!: LedgerStore;
  guizhou!: NatsConnection;
  /** The hubs' clock, milliseconds. */
  clock = NOW * 1000;
  #hubs: Hub[] = [];

  async open(): Promise<void> {
    this.provinces = await createProvinces();
    this.broker = await startTestNats();
  }

  async close(): Promise<void> {
    await this.broker.stop();
  }

  async begin(): Promise<void> {
    this.clock = NOW * 1000;
    this.testDatabase = await createTestDatabase();
    this.database = await openDatabase(this.testDatabase.url, silent);
    this.ledger = new LedgerStore(this.database);
    this.guizhou = await this.broker.connect('520000');
    // The hub itself may not delete the stream; nobody in the country may.
    const admin = await this.broker.connect('admin');
    const manager = await manageJetStream(admin);
    await manager.streams.delete(ATTESTATION_STREAM).catch(() => undefined);
    await admin.close();
    await this.asHub(async (nats) => {
      await ensureAttestationStream(await manageJetStream(nats));
    });
  }

  async end(): Promise<void> {
    await Promise.all(this.#hubs.map(({ stop }) => stop()));
    this.#hubs = [];
    await this.guizhou.close();
    await this.database.destroy();
    await this.testDatabase.drop();
  }

  connectHub(): Promise<NatsConnection> {
    return connectNats({ url: this.broker.url, creds: this.broker.creds('hub') }, silent);
  }

  /** Does something with the hub's rights on NATS. */
  async asHub<T>(act: (nats: NatsConnection) => Promise<T>): Promise<T> {
    const nats = await this.connectHub();
    try {
      return await act(nats);
    } finally {
      await nats.close();
    }
  }

  async startHub(logger: Logger = silent): Promise<Hub> {
    const nats = await this.connectHub();
    const feeds = new FeedState();
    const committed: CommittedAttestation[] = [];
    const ingest = new IngestConsumer({
      databaseUrl: this.testDatabase.url,
      nats,
      ring: this.provinces.ring,
      feeds,
      onCommitted: (entries) => committed.push(...entries),
      logger,
      now: () => this.clock,
    });
    ingest.start();
    const stop = async (): Promise<void> => {
      await ingest.stop();
      await nats.close();
    };
    const hub = { nats, feeds, ingest, committed, stop };
    this.#hubs.push(hub);
    return hub;
  }

  /** As the province's adapter: resolves when the broker has it. */
  async publish(payload: string | Uint8Array, messageId?: string): Promise<void> {
    const bytes = typeof payload === 'string' ? bytesOf(payload) : payload;
    await jetstream(this.guizhou).publish(GUIZHOU_SUBJECT, bytes, messageId === undefined ? {} : { msgID: messageId });
  }

  read<T>(sql: string): Promise<T[]> {
    return this.database.query<T[]>(sql);
  }

  /** Waits until the ledger has `expected` entries. */
  async size(expected: number): Promise<void> {
    await until(`${String(expected)} entries`, async () => (await this.ledger.size()) === expected);
  }

  /** Why messages are in quarantine, in order. */
  async codes(): Promise<readonly string[]> {
    return (await this.read<{ code: string }>('SELECT code FROM quarantine ORDER BY id')).map(({ code }) => code);
  }

  /** Waits until everything in the stream is acknowledged. */
  async drained(): Promise<void> {
    await this.asHub(async (nats) => {
      const { consumers } = await manageJetStream(nats);
      await until('acknowledged', async () => {
        const { num_pending, num_ack_pending } = await consumers.info(ATTESTATION_STREAM, INGEST_CONSUMER);
        return num_pending + num_ack_pending === 0;
      });
    });
  }
}

/** A scene that is set up and cleared by the hooks of the calling test file. */
export function useIngestScene(): IngestScene {
  const scene = new IngestScene();
  beforeAll(() => scene.open());
  beforeEach(() => scene.begin());
  afterEach(() => scene.end());
  afterAll(() => scene.close());
  return scene;
}
