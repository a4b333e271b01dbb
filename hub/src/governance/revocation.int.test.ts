import { v1 } from '@health-code/messages';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../ingest/ingest.fixture.js';
import { until } from '../ingest/ingest-scene.fixture.js';
import { BEIJING, createKey, GovernanceScene, GUIZHOU, refusalOf, seconds, type SceneKey } from './governance-scene.fixture.js';

const REVOKED = { recognition: v1.Recognition.RECOGNITION_SIGNATURE_INVALID, errorCode: 'ATTESTATION_KEY_REVOKED', status: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED };
const STANDS = { recognition: v1.Recognition.RECOGNITION_RECOGNISED, status: v1.HealthStatus.HEALTH_STATUS_GREEN };
const GATE = { role: 'checkpoint', province: BEIJING, name: 'gate-1' } as const;
const AUDITOR = { role: 'auditor', name: 'a' } as const;

const scene = new GovernanceScene();
let [stolen, fresh]: readonly SceneKey[] = [];
/** By sequence number; 1 and 2 were taken in before the theft, 3 and 4 after it. */
let tokens: readonly string[];
/** When the key was stolen, milliseconds since the epoch. */
let theft: number;

const moment = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 });
const kid = (): string => stolen?.signing.kid ?? '';
const sequences = (parts: readonly v1.WatchRevocationsResponse[]): readonly number[] => parts.flatMap((part) => part.sequences);

async function read<Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: scene.database.url });
  await client.connect();
  const { rows } = await client.query<Row>(sql);
  await client.end();
  return rows;
}

beforeAll(async () => {
  await scene.open();
  [stolen, fresh] = [await createKey(), await createKey()];
  await scene.register(stolen, fresh);
  tokens = await Promise.all([1, 2, 3, 4].map((sequence) => scene.green(stolen as SceneKey, sequence)));
  await scene.publish(...tokens.slice(0, 2));
  await scene.held(2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  theft = Date.now();
  await scene.publish(...tokens.slice(2));
  await scene.held(4);
});

afterAll(() => scene.close());

const text = (sequence: number): string => tokens[sequence - 1] ?? '';

/** That 1 and 2 stand, and 3 and 4 do not, on every way to a verdict. */
async function expectRevoked(): Promise<void> {
  expect([await scene.verify(text(1)), await scene.verify(text(2))]).toMatchObject([STANDS, STANDS]);
  for (const shown of [text(3), text(4), `${text(3)}~`]) expect(await scene.verify(shown)).toMatchObject({ ...REVOKED, issuer: '', original: null, reasonCode: '' });
  const context = { province: BEIJING, purpose: v1.Purpose.PURPOSE_CHECKPOINT };
  const batch = await (await scene.gate()).verifyBatch({ context, codes: [1, 3, 4].map((sequence) => bytesOf(text(sequence))) });
  expect(batch.recognitions).toEqual([STANDS.recognition, REVOKED.recognition, REVOKED.recognition]);
  expect(batch.statuses).toEqual([STANDS.status, REVOKED.status, REVOKED.status]);
  expect(batch.reasons.map((reason) => batch.reasonCodes[reason])).toEqual(['REASON_NOT_STATED', 'ATTESTATION_KEY_REVOKED', 'ATTESTATION_KEY_REVOKED']);
}

describe('a signing key that was stolen', () => {
  it('is revoked by its own province alone, and only once it is known', async () => {
    expect(await refusalOf((await scene.membership(BEIJING)).revokeKey({ kid: kid(), revokedFrom: moment(theft) }))).toBe('KEY_NOT_FOUND');
    expect(await refusalOf((await scene.membership(GUIZHOU)).revokeKey({ kid: 'A'.repeat(43), revokedFrom: moment(theft) }))).toBe('KEY_NOT_FOUND');
    expect(await refusalOf((await scene.membership(GUIZHOU)).revokeKey({ kid: kid() }))).toBe('REQUEST_INVALID');
    expect(await refusalOf((await scene.membership(GUIZHOU)).revokeKey({ kid: scene.sealing.publicJwk.kid ?? '', revokedFrom: moment(theft) }))).toBe('REQUEST_INVALID');
    expect(await scene.verify(text(3))).toMatchObject(STANDS);
  });

  it('leaves nothing standing that came since then, at once', async () => {
    const replica = await scene.startHub();
    const waiting = scene.stream<v1.WatchRevocationsResponse>(GATE, v1.Checkpoint, 'WatchRevocations', {}, 1);
    const { affected } = await (await scene.membership(GUIZHOU)).revokeKey({ kid: kid(), revokedFrom: moment(theft) });
    expect(affected).toBe(2);
    await expectRevoked();
    // Who waits is told as it happens.
    expect(await waiting).toMatchObject([{ id: 1, issuer: GUIZHOU, kid: kid(), revokedFrom: { seconds: Math.floor(theft / 1000) }, sequences: [3, 4] }]);
    expect(await scene.events('key.revoked')).toEqual([`${GUIZHOU} spiffe://health-code.internal/province/${GUIZHOU}`]);
    // Another replica knows it with its next round.
    const first = scene.hub;
    scene.hub = replica;
    await scene.forgetClients();
    await until('known to the other replica', async () => (await scene.verify(text(3))).errorCode === 'ATTESTATION_KEY_REVOKED');
    await expectRevoked();
    scene.hub = first;
    await scene.forgetClients();
    await replica.stop();
  });

  it('still leaves nothing standing after a restart', async () => {
    await scene.restart();
    await expectRevoked();
  });

  it('has ended: what comes later is set aside, whatever date it bears, and the feed goes on without a gap under another key', async () => {
    expect(await refusalOf(scene.register(stolen as SceneKey))).not.toBe('accepted');
    await scene.register(fresh as SceneKey);
    const late = await scene.green(stolen as SceneKey, 5, { issuedAt: seconds() - 7200, since: seconds() - 7200 });
    await scene.publish(late);
    await until('set aside', async () => (await read<{ code: string }>('SELECT code FROM quarantine')).length === 1);
    expect(await read('SELECT code FROM quarantine')).toEqual([{ code: 'ATTESTATION_KEY_REVOKED' }]);
    expect(await scene.verify(late)).toMatchObject(REVOKED);

    // The same statement, signed anew: the same number and the same content under a key that is nobody else's.
    const anew = await scene.green(fresh as SceneKey, 5);
    await scene.publish(anew, await scene.green(fresh as SceneKey, 6));
    await scene.held(6);
    expect(await scene.verify(anew)).toMatchObject(STANDS);
  });

  it('says in the ledger what stood on it, and what of it was revoked', async () => {
    const entries = await scene.stream<v1.ListKeyEntriesResponse>(AUDITOR, v1.Ledger, 'ListKeyEntries', { kid: kid() });
    expect(entries.map(({ issuer, sequence, revoked }) => [issuer, sequence, revoked])).toEqual([[GUIZHOU, 1, false], [GUIZHOU, 2, false], [GUIZHOU, 3, true], [GUIZHOU, 4, true]]);
    const since = await scene.stream<v1.ListKeyEntriesResponse>(AUDITOR, v1.Ledger, 'ListKeyEntries', { kid: kid(), from: moment(theft) });
    expect(since.map(({ sequence }) => sequence)).toEqual([3, 4]);
    expect(await scene.stream(AUDITOR, v1.Ledger, 'ListKeyEntries', { kid: 'none' })).toEqual([]);
  });

  it('reaches further back when its province finds that the thief came sooner, and never less far', async () => {
    const guizhou = await scene.membership(GUIZHOU);
    expect((await guizhou.revokeKey({ kid: kid(), revokedFrom: moment(Date.now()) })).affected).toBe(2);
    expect(sequences(await scene.stream<v1.WatchRevocationsResponse>(GATE, v1.Checkpoint, 'WatchRevocations', { pastOnly: true }))).toEqual([3, 4]);
    expect((await guizhou.revokeKey({ kid: kid(), revokedFrom: moment(theft - 3_600_000) })).affected).toBe(4);
    expect([await scene.verify(text(1)), await scene.verify(text(2)), await scene.verify(text(3))]).toMatchObject([REVOKED, REVOKED, REVOKED]);
    const told = await scene.stream<v1.WatchRevocationsResponse>(GATE, v1.Checkpoint, 'WatchRevocations', { afterId: 1, pastOnly: true });
    expect([told.map(({ id }) => id), sequences(told)]).toEqual([[2], [1, 2, 3, 4]]);
  });

  it('leaves a count of what was sent, and no trace of to whom or of who verified what', async () => {
    expect((await read<{ deliveries: string }>('SELECT deliveries FROM revocation_delivery ORDER BY revocation')).map(({ deliveries }) => Number(deliveries))).toEqual([2, 1]);
    const columns = await read<{ column_name: string }>(`SELECT column_name FROM information_schema.columns WHERE table_name IN ('revocation_delivery', 'key_revocation') ORDER BY 1`);
    expect(columns.map(({ column_name: name }) => name)).toEqual(['affected', 'deliveries', 'id', 'issuer', 'kid', 'revocation', 'revoked_at', 'revoked_by', 'revoked_from']);
  });
});
