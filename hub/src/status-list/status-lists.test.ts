import { SHARD_ENTRIES, StatusBits, statusListUri } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { BEIJING, GUIZHOU, NOW } from '../ingest/ingest.fixture.js';
import { lastKnown } from '../verify/listing.js';
import type { HeldList } from './held-list.js';
import { StatusLists } from './status-lists.js';

const held = (shard: number, issuedAt: number): HeldList => ({
  list: { uri: statusListUri(GUIZHOU, shard), issuer: GUIZHOU, shard, version: 1, issuedAt, expiresAt: issuedAt + 86_400, ttl: 300, bits: StatusBits.create(8192), digest: '' },
  snapshot: { version: 1, token: '' }, deltas: [], kid: '',
});

/** Until when the hub knows a statement to hold whose feed was confirmed now. */
function knownAt(lists: StatusLists, sequence: number, issuedAt: number): number {
  const list = lists.listOf(GUIZHOU, sequence);
  return lastKnown(issuedAt, NOW, list?.statusOf(sequence), list?.issuedAt ?? 0);
}

describe('StatusLists, of a place whose list is missing', () => {
  it('goes by the feed of a province that has never published a list, and of no other', () => {
    const lists = new StatusLists();
    expect(knownAt(lists, 1, NOW - 3600)).toBe(NOW);
    lists.put({ held: held(0, NOW - 5), token: '', changedAt: 0 });
    expect(knownAt(lists, 1, NOW - 3600)).toBe(NOW - 5);
    expect(knownAt(lists, SHARD_ENTRIES + 1, NOW - 3600)).toBeNaN();
    expect(lists.listOf(BEIJING, 1)).toBeUndefined();
  });

  it('knows a statement at its issue while the list can be on its way', () => {
    const lists = new StatusLists();
    lists.put({ held: held(0, NOW - 5), token: '', changedAt: 0 });
    expect(knownAt(lists, SHARD_ENTRIES + 1, NOW - 60)).toBe(NOW - 60);
    lists.put({ held: held(1, NOW - 1), token: '', changedAt: 0 });
    expect(knownAt(lists, SHARD_ENTRIES + 1, NOW - 60)).toBe(NOW - 1);
  });

  it('does not go by the feed again when a province says that it has no list any more', () => {
    const lists = new StatusLists();
    lists.put({ held: held(0, NOW - 5), token: '', changedAt: 0 });
    lists.remove(statusListUri(GUIZHOU, 0));
    expect([lists.all(), lists.statusOf(GUIZHOU, 1)]).toEqual([[], undefined]);
    expect(knownAt(lists, 1, NOW - 3600)).toBeNaN();
  });
});
