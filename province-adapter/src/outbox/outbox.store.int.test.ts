import { generateProvinceKey, importSigningKey, parseProvinceCode, readClaims, signedBy, type SigningKey } from '@health-code/attestation';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { Attestor } from '../attest/attestor.js';
import type { AttestableRecord, Statement } from '../attest/statement.js';
import { connectDatabase, migrateDatabase } from '../platform/database.js';
import { Outbox1700000000001 } from '../platform/migrations/0001-outbox.js';
import { OutboxStore } from './outbox.store.js';

const log = pino({ level: 'silent' });
const NOW = 1_800_000_000;
const ISSUER = parseProvinceCode('520000');
const subject = (index: number): string => `1.${String(index).padStart(42, 'a')}A`;
const green: AttestableRecord = {
  kind: 'health-status', status: '00', since: NOW - 100, validUntil: NOW + 86_400, reason: 'REASON_NOT_STATED',
  rule: { id: '520000-assignment', version: '1' }, authority: '520000', evidence: 'self-declared',
  original: { system: 'guizhou-test', field: 'status', value: '00' },
};
const negative = {
  kind: 'nucleic-acid-test', status: 'negative', since: NOW - 100, validUntil: NOW + 86_400, reason: 'REASON_NOT_STATED', rule: green.rule, authority: '520000',
  evidence: 'laboratory', original: { system: 'guizhou-test', field: 'result', value: '阴性' }, test: { reportedAt: NOW - 40, method: 'pooled', laboratory: '520100' },
} as const satisfies AttestableRecord;
const unrelated = { issuedAt: NOW, expiresAt: NOW + 60, earlier: 'none' } as const;
const yellow: AttestableRecord = { ...green, status: '01', original: { ...green.original, value: '01' } };

describe('OutboxStore', () => {
  let testDatabase: TestDatabase;
  let database: DataSource;
  let store: OutboxStore;
  let attestor: Attestor;
  let key: SigningKey;
  let now = NOW;

  const attestorWith = (saltSecret: Uint8Array): Attestor =>
    new Attestor({ outbox: store, keys: () => [{ key, saltSecret }], terms: { issuer: ISSUER, lifetimeSeconds: 3600 }, now: () => now, lastSequence: 0, onAppended: () => undefined });
  const sequences = async (): Promise<readonly number[]> => (await store.readRange(1, 1_000_000, 1_000_000)).map(({ sequence }) => sequence);
  const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_unused, index) => index + 1);

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = await connectDatabase(testDatabase.url, log);
    await migrateDatabase(database);
    store = new OutboxStore(database);
    await store.claim(ISSUER);
    key = await importSigningKey((await generateProvinceKey('sig')).privateJwk);
  });
  beforeEach(async () => {
    now = NOW;
    attestor = attestorWith(new Uint8Array(32));
    await database.query('TRUNCATE attestation_outbox, refused_answer');
    await database.query('UPDATE issuer_sequence SET last_sequence = 0');
    await database.query('UPDATE poll_cursor SET cursor = NULL');
  });
  afterAll(async () => {
    await database.destroy();
    await testDatabase.drop();
  });

  it('refuses the database of another province', async () => {
    await expect(store.claim('110000')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(store.claim(ISSUER)).resolves.toBeUndefined();
  });

  it('numbers without a gap under concurrency and rollbacks', async () => {
    const outcomes = await Promise.allSettled(
      upTo(60).map((index) =>
        index % 3 === 0
          ? store.append([], async ({ lastSequence }) => {
              await Promise.resolve();
              return { entries: [{ sequence: lastSequence + 1, subject: subject(index), kind: 'health-status', token: 'x', ...unrelated }, { sequence: lastSequence + 3, subject: subject(index), kind: 'health-status', token: 'x', ...unrelated }] };
            })
          : attestor.attest({ subject: subject(index), record: green }, attestor.position),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(20);
    expect(await sequences()).toEqual(upTo(40));
    expect(await store.readLastSequence()).toBe(40);
    const claims = (await store.readRange(1, 40, 40)).map(({ token }) => readClaims(token));
    expect(claims.map(({ sequence }) => sequence)).toEqual(upTo(40));
  });

  it('uses no number up when the connection is lost before the commit', async () => {
    const append = store.append([], async ({ lastSequence }) => {
      await database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database() AND state = 'idle in transaction'");
      return { entries: [{ sequence: lastSequence + 1, subject: subject(1), kind: 'health-status', token: 'x', ...unrelated }] };
    });
    await expect(append).rejects.toThrow();
    expect(await store.readLastSequence()).toBe(0);
    await attestor.attest({ subject: subject(1), record: green }, attestor.position);
    expect(await sequences()).toEqual([1]);
  });

  it('gives the standing attestation again while nothing changed', async () => {
    const first = await attestor.attest({ subject: subject(1), record: green }, attestor.position);
    now = NOW + 1000;
    const again = await attestor.attest({ subject: subject(1), record: { ...green, since: now } }, attestor.position);
    expect(again.token).toBe(first.token);
    expect(await sequences()).toEqual([1]);
  });

  it('supersedes it when the status changed, and when half its life is over', async () => {
    await attestor.attest({ subject: subject(1), record: green }, attestor.position);
    const changed = await attestor.attest({ subject: subject(1), record: yellow }, attestor.position);
    expect(changed.attestation).toMatchObject({ sequence: 2, supersedes: 1, status: '01' });
    now = NOW + 1800;
    const renewed = await attestor.attest({ subject: subject(1), record: yellow }, attestor.position);
    expect(renewed.attestation).toMatchObject({ sequence: 3, supersedes: 2, issuedAt: now, expiresAt: now + 3600 });
  });

  it('attests one change of a person once when it comes from two sides at once', async () => {
    await Promise.all(upTo(8).map(() => attestor.attest({ subject: subject(1), record: green }, attestor.position)));
    expect(await sequences()).toEqual([1]);
  });

  it('lets an answer read before a change not replace the change', async () => {
    const askedAt = attestor.position;
    await attestor.record({ statements: [{ subject: subject(1), record: yellow }], readAt: attestor.position });
    await expect(attestor.attest({ subject: subject(1), record: green }, askedAt)).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_BUSY' });
    expect(await sequences()).toEqual([1]);
    const askedAgain = await attestor.attest({ subject: subject(1), record: green }, attestor.position);
    expect(askedAgain.attestation).toMatchObject({ sequence: 2, supersedes: 1 });
  });

  it('lets a poll read before a change not replace the change, and keeps its cursor', async () => {
    const readAt = attestor.position;
    await attestor.attest({ subject: subject(1), record: yellow }, attestor.position);
    const late = { statements: [{ subject: subject(2), record: green }, { subject: subject(1), record: green }], readAt };
    await expect(attestor.record(late, { cursor: { from: undefined, to: 'a' } })).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_BUSY' });
    expect([await sequences(), await store.readCursor()]).toEqual([[1], undefined]);
    await attestor.record({ ...late, readAt: attestor.position }, { cursor: { from: undefined, to: 'a' } });
    expect([await sequences(), await store.readCursor()]).toEqual([[1, 2, 3], 'a']);
  });

  it('withdraws what stands once, and nothing where nothing does', async () => {
    const withdrawal = { subject: subject(1), record: { ...green, status: 'none' as const, reason: 'STATUS_WITHDRAWN', validUntil: Number.POSITIVE_INFINITY } };
    await attestor.withdraw(withdrawal, attestor.position);
    await attestor.record({ statements: [withdrawal], readAt: attestor.position });
    expect(await sequences()).toEqual([]);
    await attestor.attest({ subject: subject(1), record: green }, attestor.position);
    await attestor.withdraw(withdrawal, attestor.position);
    await attestor.withdraw(withdrawal, attestor.position);
    now = NOW + 3000;
    await attestor.record({ statements: [withdrawal, withdrawal], readAt: attestor.position });
    const again = await attestor.attest({ subject: subject(1), record: green }, attestor.position);
    expect(again.attestation).toMatchObject({ sequence: 3, supersedes: 2, status: '00' });
    const claims = (await store.readRange(1, 10, 10)).map(({ token }) => readClaims(token));
    expect(claims[1]).toMatchObject({ sequence: 2, supersedes: 1, status: 'none', issuedAt: NOW, expiresAt: NOW + 3600 });
  });

  it('withdraws nothing on an answer read before a change', async () => {
    const askedAt = attestor.position;
    await attestor.attest({ subject: subject(1), record: yellow }, attestor.position);
    await expect(attestor.withdraw({ subject: subject(1), record: { ...green, status: 'none' } }, askedAt)).rejects.toMatchObject({ code: 'LOCAL_SYSTEM_BUSY' });
    expect(await sequences()).toEqual([1]);
  });

  it('keeps the order of one person’s changes within a batch', async () => {
    await attestor.record({ statements: [{ subject: subject(1), record: green }, { subject: subject(1), record: yellow }, { subject: subject(1), record: green }], readAt: attestor.position });
    const claims = (await store.readRange(1, 10, 10)).map(({ token }) => readClaims(token));
    expect(claims.map(({ status, supersedes }) => [status, supersedes])).toEqual([['00', undefined], ['01', 1], ['00', 2]]);
  });

  it('ends an attestation no later than the local statement', async () => {
    const short = await attestor.attest({ subject: subject(1), record: { ...green, validUntil: NOW + 60 } }, attestor.position);
    expect(short.attestation.expiresAt).toBe(NOW + 60);
  });

  it('presents the same attestation again with its disclosure, which is stored nowhere', async () => {
    const statement = { subject: subject(1), record: green, maskedName: '测*甲' };
    const { token } = await attestor.attest(statement, attestor.position);
    const [first, second] = [await attestor.attestForHolder(statement, attestor.position), await attestor.attestForHolder(statement, attestor.position)];
    expect(first).toBe(second);
    expect(first.startsWith(`${token}~`)).toBe(true);
    const stored = JSON.stringify(await database.query('SELECT * FROM attestation_outbox'));
    expect(stored).not.toContain(first.split('~')[1]);
  });

  it('attests anew for the holder when the name was not known, or the key is another', async () => {
    await attestor.attest({ subject: subject(1), record: green }, attestor.position);
    const presentation = await attestor.attestForHolder({ subject: subject(1), record: green, maskedName: '测*甲' }, attestor.position);
    expect(readClaims(presentation.split('~')[0] ?? '')).toMatchObject({ sequence: 2, supersedes: 1 });
    const afterRotation = await attestorWith(new Uint8Array(32).fill(1)).attestForHolder({ subject: subject(1), record: green, maskedName: '测*甲' }, attestor.position);
    expect(readClaims(afterRotation.split('~')[0] ?? '')).toMatchObject({ sequence: 3, supersedes: 2 });
  });

  it('presents what was signed with a former key, as long as it is there', async () => {
    const statement = { subject: subject(1), record: green, maskedName: '测*甲' };
    const { token } = await attestor.attest(statement, attestor.position);
    const presentation = await attestor.attestForHolder(statement, attestor.position);
    const next = { key: await importSigningKey((await generateProvinceKey('sig')).privateJwk), saltSecret: new Uint8Array(32).fill(1) };
    const rotated = new Attestor({ outbox: store, keys: () => [next, { key, saltSecret: new Uint8Array(32) }], terms: { issuer: ISSUER, lifetimeSeconds: 3600 }, now: () => now, lastSequence: 1, onAppended: () => undefined });
    expect(await rotated.attestForHolder(statement, rotated.position)).toBe(presentation);
    expect(presentation.startsWith(`${token}~`)).toBe(true);
    const later = await rotated.attest({ subject: subject(2), record: green }, rotated.position);
    expect(JSON.parse(Buffer.from(later.token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ kid: next.key.kid });
  });

  it('signs anew, at once and by a poll, what a key signed that is gone', async () => {
    const [one, other] = [subject(1), subject(2)].map((each) => ({ subject: each, record: green })) as [Statement, Statement];
    await attestor.record({ statements: [one, other], readAt: attestor.position });
    const next = { key: await importSigningKey((await generateProvinceKey('sig')).privateJwk), saltSecret: new Uint8Array(32) };
    const after = new Attestor({ outbox: store, keys: () => [next], terms: { issuer: ISSUER, lifetimeSeconds: 3600 }, now: () => now, lastSequence: 2, onAppended: () => undefined });
    const anew = await Promise.all([after.attest(one, after.position), after.attest(one, after.position)]);
    expect(new Set(anew.map(({ token }) => token)).size).toBe(1);
    await after.record({ statements: [one, other], readAt: after.position });
    const entries = await store.readRange(1, 10, 10);
    expect(entries.map(({ token }) => [signedBy(token), readClaims(token).supersedes])).toEqual([[key.kid, undefined], [key.kid, undefined], [next.key.kid, 1], [next.key.kid, 2]]);
  });

  it('keeps kinds apart: neither supersedes, renews nor withdraws the other', async () => {
    const about = { subject: subject(1), record: green };
    const tested = { subject: subject(1), record: negative };
    await attestor.attest(about, attestor.position);
    expect((await attestor.attest(tested, attestor.position)).attestation).not.toHaveProperty('supersedes');
    await attestor.withdraw({ subject: subject(1), record: { ...green, status: 'none' } }, attestor.position);
    expect((await attestor.attest(tested, attestor.position)).attestation).toMatchObject({ sequence: 2, status: 'negative', test: negative.test });
    const later = { subject: subject(1), record: { ...negative, since: NOW - 50 } };
    expect((await attestor.attest(later, attestor.position)).attestation).toMatchObject({ sequence: 4, supersedes: 2, since: NOW - 50 });
    const claims = (await store.readRange(1, 10, 10)).map(({ token }) => readClaims(token));
    expect(claims.map(({ kind, status, supersedes }) => [kind, status, supersedes])).toEqual([
      ['health-status', '00', undefined], ['nucleic-acid-test', 'negative', undefined], ['health-status', 'none', 1], ['nucleic-acid-test', 'negative', 2],
    ]);
  });

  it('moves the poll cursor only together with what the poll produced', async () => {
    await attestor.record({ statements: [{ subject: subject(1), record: green }], readAt: attestor.position }, { cursor: { from: undefined, to: 'a' } });
    const late = attestor.record({ statements: [{ subject: subject(2), record: green }], readAt: attestor.position }, { cursor: { from: undefined, to: 'b' } });
    await expect(late).rejects.toThrow();
    expect(await store.readCursor()).toBe('a');
    expect(await sequences()).toEqual([1]);
    const failing = store.append([], () => Promise.reject(new Error('crash')));
    await expect(failing).rejects.toThrow('crash');
    await attestor.record({ statements: [], readAt: attestor.position }, { refused: [{ code: 'TRANSLATION_VALUE_UNKNOWN', subject: subject(3) }], cursor: { from: 'a', to: 'b' } });
    expect(await store.readCursor()).toBe('b');
    expect(await store.count()).toEqual({ unpublished: 1, refused: 1 });
  });
});

describe('migrations', () => {
  it('bring a database of the time before kinds up to date: what stood stands, as a health status', async () => {
    const testDatabase = await createTestDatabase();
    const database = await connectDatabase(testDatabase.url, log);
    try {
      const runner = database.createQueryRunner();
      await new Outbox1700000000001().up(runner);
      await runner.query('CREATE TABLE schema_migration (id serial PRIMARY KEY, timestamp bigint NOT NULL, name varchar NOT NULL)');
      await runner.query("INSERT INTO schema_migration (timestamp, name) VALUES (1700000000001, 'Outbox1700000000001')");
      await runner.query("INSERT INTO issuer_sequence (issuer, last_sequence) VALUES ($1, 2)", [ISSUER]);
      await runner.query("INSERT INTO attestation_outbox (sequence, subject_reference, token) VALUES (1, $1, 'former'), (2, $1, 'latest')", [subject(1)]);
      await runner.release();
      await migrateDatabase(database);
      const store = new OutboxStore(database);
      await store.claim(ISSUER);
      const asked = [{ subject: subject(1), kind: 'health-status' }, { subject: subject(1), kind: 'nucleic-acid-test' }] as const;
      expect([...(await store.findStanding(asked)).values()]).toEqual([{ token: 'latest', standsUntil: 0 }]);
      expect(await store.readLastSequence()).toBe(2);
    } finally {
      await database.destroy();
      await testDatabase.drop();
    }
  });
});
