import {
  applyDelta, createKeyRing, generateProvinceKey, importProvinceKey, importSigningKey, listedStatus, parseProvinceCode, statusListPlace, verifyStatusList, verifyStatusListDelta,
  type ListedStatus, type ProvinceKeyRing, type SigningKey, type StatusList,
} from '@health-code/attestation';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { createTestDatabase } from '../../../deploy/embedded/test-services.js';
import { Attestor } from '../attest/attestor.js';
import type { AttestableRecord } from '../attest/statement.js';
import { OutboxStore } from '../outbox/outbox.store.js';
import { connectDatabase, migrateDatabase } from '../platform/database.js';

/** Whose lists they are. */
export const ISSUER = parseProvinceCode('520000');

/** A person. */
export const subject = (index: number): string => `1.${String(index).padStart(42, 'a')}A`;

/** Seconds for which an attestation stands. */
export const LIFETIME = 3600;

/** What is stated; `status` of GB/T 38961. */
export const stating = (status: '00' | '01' | '10' | 'none', now: number): AttestableRecord => ({
  kind: 'health-status', status, since: now - 100, validUntil: Number.POSITIVE_INFINITY, reason: 'REASON_NOT_STATED',
  rule: { id: '520000-assignment', version: '1' }, authority: '520000', evidence: 'self-declared', original: { system: 'guizhou-test', field: 'status', value: status },
});

/** A key and who else knows it. */
export interface ListKey {
  readonly key: SigningKey;
  readonly ring: ProvinceKeyRing;
}

/** A new key of {@link ISSUER}. */
export async function makeListKey(): Promise<ListKey> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig');
  return { key: await importSigningKey(privateJwk), ring: createKeyRing([await importProvinceKey(publicJwk, ISSUER)]) };
}

/** An outbox with its lists on a real database, whose clock is the test's. */
export interface ListScene {
  readonly database: DataSource;
  readonly outbox: OutboxStore;
  readonly attestor: Attestor;
  readonly keys: ListKey;
  /** Seconds since the epoch. */
  now: number;
  /** States something about a person; returns the sequence number. */
  state(person: number, status: '00' | '01' | '10'): Promise<number>;
  withdraw(person: number): Promise<void>;
  /** Empties everything. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Makes the database and what attests into it. */
export async function openListScene(): Promise<ListScene> {
  const testDatabase = await createTestDatabase();
  const database = await connectDatabase(testDatabase.url, pino({ level: 'silent' }));
  await migrateDatabase(database);
  const outbox = new OutboxStore(database);
  await outbox.claim(ISSUER);
  const keys = await makeListKey();
  const attestor = new Attestor({
    outbox, keys: () => [{ key: keys.key, saltSecret: new Uint8Array(32) }], terms: { issuer: ISSUER, lifetimeSeconds: LIFETIME }, now: () => scene.now, lastSequence: 0, onAppended: () => undefined,
  });
  const scene: ListScene = {
    database, outbox, attestor, keys,
    now: Math.floor(Date.now() / 1000),
    state: async (person, status) => (await attestor.attest({ subject: subject(person), record: stating(status, scene.now) }, Number.MAX_SAFE_INTEGER)).attestation.sequence,
    withdraw: (person) => attestor.withdraw({ subject: subject(person), record: stating('none', scene.now) }, Number.MAX_SAFE_INTEGER),
    async clear() {
      await database.query('TRUNCATE attestation_outbox, refused_answer, status_list, listed_status, status_list_change, suspension');
      await database.query('UPDATE issuer_sequence SET last_sequence = 0, unlisted_up_to = 0');
      scene.now = Math.floor(Date.now() / 1000);
    },
    async close() {
      await database.destroy();
      await testDatabase.drop();
    },
  };
  return scene;
}

const isDelta = (token: string): boolean => Buffer.from(token.split('.')[0] ?? '', 'base64url').toString().includes('statuslist-delta+jwt');

/** Lists as a hub holds them: verified, and only ever the next version. */
export class ListHolder {
  readonly held = new Map<string, StatusList>();

  constructor(private readonly ring: () => ProvinceKeyRing, private readonly now: () => number) {}

  /** @throws AttestationError for what does not verify, or does not lead on */
  async take(token: string): Promise<StatusList> {
    let next: StatusList;
    if (isDelta(token)) {
      const delta = await verifyStatusListDelta(token, this.ring(), this.now());
      const held = this.held.get(delta.uri);
      if (held === undefined) throw new Error('a delta of a list that is not held');
      next = await applyDelta(held, delta);
    } else {
      next = await verifyStatusList(token, this.ring(), this.now());
    }
    this.held.set(next.uri, next);
    return next;
  }

  /** What the lists say of an attestation; undefined where they say nothing. */
  statusOf(sequence: number): ListedStatus | undefined {
    const { uri, index } = statusListPlace(ISSUER, sequence);
    const list = this.held.get(uri);
    return list === undefined ? undefined : listedStatus(list, index);
  }
}
