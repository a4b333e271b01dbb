import { describe, expect, it } from 'vitest';
import type { KeyRevocation } from './key-revocation.js';
import { RevocationLog } from './revocation-log.js';
import { watchRevocations } from './watch-revocations.js';

const revocation = (id: number): KeyRevocation => ({ id, issuer: '520000', kid: `key ${String(id)}`, revokedFrom: 1_700_000_000_250 });

/** Sequence numbers by key, in pages. */
function scene(pages: Readonly<Record<string, readonly (readonly number[])[]>>) {
  const log = new RevocationLog();
  const delivered: number[] = [];
  const gone = new AbortController();
  const entries = {
    async *entries(kid: string) {
      for (const page of pages[kid] ?? []) yield page.map((sequence) => ({ sequence }));
    },
    countDelivery: (id: number) => Promise.resolve(void delivered.push(id)),
  };
  const watch = (afterId: number, pastOnly: boolean) => watchRevocations({ afterId, pastOnly }, log, entries, gone.signal);
  return { log, delivered, gone, watch };
}

describe('watchRevocations', () => {
  it('tells the past in order, in parts, one of which nothing stood on as well, and ends', async () => {
    const { log, delivered, watch } = scene({ 'key 1': [[1, 2], [3]], 'key 3': [[7]] });
    log.replace([revocation(1), revocation(2), revocation(3)]);
    const told = [];
    for await (const { id, sequences, revokedFrom } of watch(0, true)) told.push([id, sequences, revokedFrom]);
    const from = { seconds: 1_700_000_000, nanos: 250_000_000 };
    expect(told).toEqual([[1, [1, 2], from], [1, [3], from], [2, [], from], [3, [7], from]]);
    expect(delivered).toEqual([1, 2, 3]);
  });

  it('goes on where a checkpoint stopped', async () => {
    const { log, watch } = scene({});
    log.replace([revocation(1), revocation(2)]);
    const told = [];
    for await (const { id } of watch(1, true)) told.push(id);
    expect(told).toEqual([2]);
  });

  it('waits for the next one, and ends when the checkpoint leaves', async () => {
    const { log, gone, watch } = scene({});
    const stream = watch(0, false);
    const first = stream.next();
    log.replace([revocation(1)]);
    expect((await first).value).toMatchObject({ id: 1 });
    const second = stream.next();
    log.replace([revocation(1)]);
    log.replace([revocation(1), revocation(2)]);
    expect((await second).value).toMatchObject({ id: 2 });
    const third = stream.next();
    gone.abort();
    expect((await third).done).toBe(true);
  });

  it('counts no delivery of what was not told whole', async () => {
    const { log, gone, delivered, watch } = scene({ 'key 1': [[1], [2]] });
    log.replace([revocation(1)]);
    const stream = watch(0, false);
    await stream.next();
    gone.abort();
    expect((await stream.next()).done).toBe(true);
    expect(delivered).toEqual([]);
  });
});
