import { SHARD_ENTRIES, statusListUri, verifyStatusList } from '@health-code/attestation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ISSUER, LIFETIME, ListHolder, openListScene, type ListScene } from './status-list.fixture.js';
import { StatusListStore } from './status-list.store.js';
import { StatusLists, type ListToken } from './status-lists.js';

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
    // What a million appended one after another leave behind, but for the tokens, which lists do not read.
    await scene.database.query(
      `INSERT INTO attestation_outbox (sequence, subject_reference, kind, token, expires_at)
        SELECT sequence, 'a' || sequence, 'health-status', 'x', $2 FROM generate_series(1::bigint, $1) AS sequence`,
      [SHARD_ENTRIES - 2, scene.now + LIFETIME],
    );
    await scene.database.query('UPDATE issuer_sequence SET last_sequence = $1', [SHARD_ENTRIES - 2]);
    await scene.database.query('INSERT INTO listed_status (sequence, status, expires_at) SELECT sequence, 1, $2 FROM generate_series(1::bigint, $1, $3) AS sequence', [SHARD_ENTRIES - 2, scene.now + LIFETIME, TAKEN_BACK]);
    await scene.database.query('INSERT INTO status_list (shard, version, size, ends_at) VALUES (0, 1, $1, $2)', [SHARD_ENTRIES, scene.now + LIFETIME]);
  }, 60_000);
  afterAll(() => scene.close());

  it('is read, signed and verified as it is written down', async () => {
    await lists.signAnew();
    const [whole] = await published(true);
    const list = await verifyStatusList(whole?.token ?? '', scene.keys.ring, scene.now);
    expect([list.uri, list.bits.size, list.version]).toEqual([first, SHARD_ENTRIES, 2]);
    const invalid = Array.from({ length: SHARD_ENTRIES }, (_unused, index) => list.bits.get(index)).filter((status) => status === 1).length;
    expect(invalid).toBe(Math.ceil((SHARD_ENTRIES - 2) / TAKEN_BACK));
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

  it('holds up nobody who attests: a change costs what it changes', async () => {
    const costs: number[] = [];
    for (let person = 0; person < 40; person += 1) {
      await scene.state(1000 + person, '00');
      const before = performance.now();
      await scene.withdraw(1000 + person);
      await lists.look();
      await published(false);
      costs.push(performance.now() - before);
    }
    // Far above what it takes (some milliseconds): to read or compress a whole list for every change would be above it.
    expect(costs.sort((one, other) => one - other)[20]).toBeLessThan(100);
  });
});
