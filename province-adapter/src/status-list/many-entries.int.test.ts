import { SHARD_ENTRIES, statusListUri, verifyStatusList } from '@health-code/attestation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ISSUER, LIFETIME, ListHolder, openListScene, type ListScene } from './status-list.fixture.js';
import { StatusListStore } from './status-list.store.js';
import { StatusLists, type ListToken } from './status-lists.js';
import { SuspensionStore } from './suspension.store.js';

/** Of the outbox, the end. */
const LATEST = 10_000;

/** One in a hundred is taken back. */
const TAKEN_BACK = 100;

describe('a list of a million entries', () => {
  let scene: ListScene;
  let lists: StatusLists;
  const first = statusListUri(ISSUER);

  const published = async (isWhole: boolean): Promise<readonly ListToken[]> => {
    const sent: ListToken[] = [];
    await lists.publish((tokens) => Promise.resolve(void sent.push(...tokens)), isWhole);
    return sent;
  };

  beforeAll(async () => {
    scene = await openListScene();
    lists = new StatusLists({ issuer: ISSUER, records: new StatusListStore(scene.database), key: () => scene.keys.key, now: () => scene.now * 1000 });
    // What a million appended one after another leave behind, but for their tokens, and for most of the outbox, which lists do not read.
    await scene.database.query(
      `INSERT INTO attestation_outbox (sequence, subject_reference, kind, token, expires_at)
        SELECT sequence, 'a' || sequence, 'health-status', 'x', $3 FROM generate_series($1::bigint, $2) AS sequence`,
      [SHARD_ENTRIES - LATEST, SHARD_ENTRIES - 2, scene.now + LIFETIME],
    );
    await scene.database.query('UPDATE issuer_sequence SET last_sequence = $1', [SHARD_ENTRIES - 2]);
    // Scattered, as life scatters them: what is regular compresses to nothing.
    await scene.database.query('INSERT INTO listed_status (sequence, status, expires_at) SELECT sequence, 1, $2 FROM generate_series(1::bigint, $1) AS sequence WHERE hashint8(sequence) % $3 = 0', [SHARD_ENTRIES - 2, scene.now + LIFETIME, TAKEN_BACK]);
    await scene.database.query('INSERT INTO status_list (shard, version, size, ends_at) VALUES (0, 1, $1, $2)', [SHARD_ENTRIES, scene.now + LIFETIME]);
  }, 60_000);
  afterAll(() => scene.close());

  it('is read, signed and verified as it is written down', async () => {
    await lists.signAnew();
    const [whole] = await published(true);
    const list = await verifyStatusList(whole?.token ?? '', scene.keys.ring, scene.now);
    expect([list.uri, list.bits.size, list.version]).toEqual([first, SHARD_ENTRIES, 2]);
    const [listed] = await scene.database.query<{ count: string }[]>('SELECT count(*) FROM listed_status');
    const invalid = Array.from({ length: SHARD_ENTRIES }, (_unused, index) => list.bits.get(index)).filter((status) => status === 1).length;
    expect(invalid).toBe(Number(listed?.count));
    expect(Math.abs(invalid / (SHARD_ENTRIES / TAKEN_BACK) - 1)).toBeLessThan(0.1);
    // Without compression it would be a third of a megabyte, and NATS takes one megabyte.
    expect(whole?.token.length).toBeLessThan(60_000);
  });

  it('is continued by the next one, and a change reaches both', async () => {
    const holder = new ListHolder(() => scene.keys.ring, () => scene.now);
    await holder.take((await lists.findSnapshot(first)) ?? '');
    for (const status of ['00', '10', '01', '00'] as const) await scene.state(1, status);
    await lists.look();
    for (const { token } of await published(false)) await holder.take(token);
    expect([...holder.held.keys()].sort()).toEqual([first, `${first}:1`]);
    expect([-1, 0, 1, 2].map((offset) => holder.statusOf(SHARD_ENTRIES + offset))).toEqual(['invalid', 'invalid', 'invalid', 'valid']);
    expect(holder.statusOf(SHARD_ENTRIES + 8193)).toBeUndefined();
  });

  it('is changed by what changes, not by the whole again', async () => {
    const suspensions = new SuspensionStore(scene.database);
    const holder = new ListHolder(() => scene.keys.ring, () => scene.now);
    await holder.take((await lists.findSnapshot(first)) ?? '');
    await published(false);
    for (const sequence of [SHARD_ENTRIES - 2, SHARD_ENTRIES - 12, SHARD_ENTRIES - 22]) {
      const before = holder.statusOf(sequence);
      if (before === 'invalid') continue;
      await suspensions.suspend(sequence, scene.now);
      await lists.look();
      const [change, ...rest] = await published(false);
      expect([rest, (change?.token.length ?? Infinity) < 1000]).toEqual([[], true]);
      await holder.take(change?.token ?? '');
      expect([before, holder.statusOf(sequence)]).toEqual(['valid', 'suspended']);
    }
    expect(holder.held.get(first)?.version).toBeGreaterThan(3);
  });
});
