import { beforeEach, describe, expect, it } from 'vitest';
import type { FeedSnapshot } from '../ingest/feed-state.js';
import type { LedgerNote } from './find-exceptions.js';
import { GatherPackage } from './gather-package.js';
import type { NamedStatusList } from './package-parts.js';
import { GUIZHOU, guizhou, NOW, registryOf } from './package.fixture.js';

const feed = (equivocations: number): FeedSnapshot => ({ issuer: GUIZHOU, contiguous: 1, highest: 1, confirmedAt: NOW, equivocations, quarantined: 0 });
const policy = (version: number) => ({ id: 'p', version, receiver: GUIZHOU, issuers: [], effectiveFrom: NOW, effectiveUntil: NOW + 1 });

const list = (version: number): NamedStatusList => ({ uri: `urn:cn:healthcode:status:${GUIZHOU}`, issuer: GUIZHOU, shard: 0, version, issuedAt: NOW, size: 8192, digest: 'A'.repeat(43) });

let registry: ReturnType<typeof registryOf>;
let feeds: FeedSnapshot[];
let policies: ReturnType<typeof policy>[];
let lists: NamedStatusList[];
let fresh: LedgerNote[];
let elapsed: number;
let gatherTakes: number;

beforeEach(async () => {
  [registry, feeds, policies, lists, fresh, elapsed, gatherTakes] = [registryOf([await guizhou()]), [feed(0)], [policy(1)], [], [], 0, 0];
});

function gatherer(): GatherPackage {
  let noted: readonly LedgerNote[] = [];
  return new GatherPackage({
    registry,
    feeds: { snapshot: () => feeds },
    policies: { approved: () => policies },
    statements: {
      shared: () => { elapsed += gatherTakes; return []; },
      converted: () => [],
      renewedInto: () => [],
      takeFresh: () => { noted = fresh; fresh = []; return noted.map((_, slot) => slot); },
    },
    takeNote: (slot) => noted[slot] ?? { issuer: GUIZHOU, sequence: 1, conflict: false, expiresAt: NOW },
    equivocations: () => Promise.resolve([]),
    lists: () => lists,
    ledgerEntries: () => 5,
    pause: () => Promise.resolve(),
    now: () => NOW,
    elapsed: () => elapsed,
  });
}

const note = (change: Partial<LedgerNote> = {}): LedgerNote => ({ issuer: GUIZHOU, sequence: 1, conflict: false, expiresAt: NOW + 100, ...change });

describe('GatherPackage', () => {
  it('has another fingerprint for whatever must not wait, and the same for everything else', () => {
    const content = gatherer();
    const seen = [content.fingerprint()];
    const isNew = (): boolean => {
      const now = content.fingerprint();
      const before = seen.includes(now);
      seen.push(now);
      return !before;
    };
    expect(isNew()).toBe(false);
    registry.version = 2;
    expect(isNew()).toBe(true);
    policies = [policy(2)];
    expect([isNew(), isNew()]).toEqual([true, false]);
    feeds = [feed(1)];
    expect(isNew()).toBe(true);
    fresh = [note()];
    expect(isNew()).toBe(false);
    fresh = [note(), note({ conflict: true })];
    expect(isNew()).toBe(true);
    fresh = [note({ source: { issuer: GUIZHOU, sequence: 2, keyRevoked: false, expiresAt: NOW + 50 } })];
    expect(isNew()).toBe(true);
    feeds = [{ ...feed(1), confirmedAt: NOW + 5 }];
    expect(isNew()).toBe(false);
    lists = [list(1)];
    expect(isNew()).toBe(true);
    lists = [list(2)];
    expect(isNew()).toBe(false);
  });

  it('rests after long work, so that contradictions without end do not take the hub’s time, and members never wait for it', async () => {
    const content = gatherer();
    gatherTakes = 200;
    await content.gather(NOW);
    const before = content.fingerprint();
    fresh = [note({ conflict: true })];
    elapsed += 1999;
    expect(content.fingerprint()).toBe(before);
    registry.version = 2;
    const changed = content.fingerprint();
    expect(changed).not.toBe(before);
    elapsed += 1;
    expect(content.fingerprint()).not.toBe(changed);
  });

  it('brings everything together', async () => {
    expect(await gatherer().gather(NOW)).toMatchObject({ ledgerEntries: 5, exceptions: { conflicts: [], equivocations: [], sources: [] }, feeds: [{ issuer: GUIZHOU }] });
  });
});
