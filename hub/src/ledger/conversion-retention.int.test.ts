import { describe, expect, it } from 'vitest';
import { BEIJING, NOW, tokenOf } from '../ingest/ingest.fixture.js';
import { silent, until, useIngestScene, type Hub } from '../ingest/ingest-scene.fixture.js';
import { AttestationIndex } from '../lookup/attestation-index.js';
import { Lookup } from '../lookup/lookup.js';
import { NO_SLOT } from '../lookup/slot-table.js';
import { ConversionRetentionStore } from './conversion-retention.store.js';

const scene = useIngestScene();
const HOUR = 3600;
const subject = `1.${'B'.repeat(42)}A`;
const source = { issuer: BEIJING, sequence: 9, issuedAt: NOW - 60 };
const brief = { expiresAt: NOW + HOUR, source } as const;

const publish = async (hub: Hub, ...tokens: readonly string[]): Promise<void> => {
  const before = hub.committed.length;
  for (const token of tokens) await scene.publish(token);
  await until('told', () => hub.committed.length === before + tokens.length);
};
const rows = async (): Promise<readonly number[]> =>
  (await scene.read<{ sequence: string }>('SELECT sequence FROM attestation ORDER BY sequence')).map(({ sequence }) => Number(sequence));
const deleteAt = (now: number, limit = 100): Promise<number> => new ConversionRetentionStore(scene.database).deleteExpired(now, now, limit);

/** What a hub that starts now has in memory. */
async function restart(): Promise<{ readonly index: AttestationIndex; readonly lookup: Lookup }> {
  const index = new AttestationIndex([1, 2]);
  const lookup = new Lookup(index, scene.ledger, { isRevoked: () => false }, silent);
  await lookup.catchUp();
  return { index, lookup };
}

describe('ConversionRetentionStore', () => {
  it('deletes conversions that have expired, a batch at a time, and nothing else', async () => {
    const hub = await scene.startHub();
    const { guizhou } = scene.provinces;
    await publish(hub, await tokenOf(guizhou, 1, { expiresAt: NOW + 1 }), await tokenOf(guizhou, 2, brief), await tokenOf(guizhou, 3, brief), await tokenOf(guizhou, 4, { ...brief, expiresAt: NOW + 2 * HOUR }));
    expect(await deleteAt(NOW + HOUR - 1)).toBe(0);
    expect([await deleteAt(NOW + HOUR, 1), await deleteAt(NOW + HOUR, 1), await deleteAt(NOW + HOUR, 1)]).toEqual([1, 1, 0]);
    expect(await rows()).toEqual([1, 4]);
  });

  it('leaves the ledger as long and as checkable as it was, and a hub that starts afterwards, or a message that comes again, changes nothing', async () => {
    const hub = await scene.startHub();
    const { guizhou } = scene.provinces;
    const converted = await tokenOf(guizhou, 3, { ...brief, subject });
    await publish(hub, await tokenOf(guizhou, 1), await tokenOf(guizhou, 2), converted);
    const entry = await scene.ledger.findEntry('520000', 3);
    expect(await deleteAt(NOW + HOUR)).toBe(1);
    expect(await scene.ledger.findEntry('520000', 3)).toEqual(entry);
    expect(await scene.ledger.size()).toBe(3);

    const { index, lookup } = await restart();
    expect([index.size, index.findSequence('520000', 3), index.findSubject(subject, 'health-status')]).toEqual([2, NO_SLOT, NO_SLOT]);
    await scene.publish(converted, 'once more');
    await publish(hub, await tokenOf(guizhou, 4));
    await scene.drained();
    expect(await rows()).toEqual([1, 2, 4]);
    lookup.append(hub.committed.slice(-1));
    await until('the hole is passed over', () => lookup.appliedIndex === 3);
    expect(index.size).toBe(3);
    expect(hub.feeds.contiguous('520000')).toBe(4);
  });

  it('keeps one that took the place of a statement which still runs, which would stand again after a restart', async () => {
    const hub = await scene.startHub();
    const { guizhou } = scene.provinces;
    await publish(hub, await tokenOf(guizhou, 1, { subject }), await tokenOf(guizhou, 2, { ...brief, subject, supersedes: 1 }));
    expect(await deleteAt(NOW + HOUR)).toBe(0);
    const { index } = await restart();
    expect(index.isSuperseded(index.findSequence('520000', 1))).toBe(true);
    expect(await deleteAt(NOW + 86_400)).toBe(1);
  });

  it('deletes one that came after a withdrawal, which goes on standing', async () => {
    const hub = await scene.startHub();
    const { guizhou } = scene.provinces;
    await publish(hub, await tokenOf(guizhou, 1, { subject }), await tokenOf(guizhou, 2, { subject, status: 'none', supersedes: 1 }), await tokenOf(guizhou, 3, { ...brief, subject, supersedes: 2 }));
    expect(await deleteAt(NOW + HOUR)).toBe(1);
    const { index } = await restart();
    expect(index.isSuperseded(index.findSequence('520000', 1))).toBe(true);
  });
});

describe('LedgerStore', () => {
  it('shows the digest of a conversion and never its text', async () => {
    const hub = await scene.startHub();
    const { guizhou } = scene.provinces;
    const own = await tokenOf(guizhou, 1);
    await publish(hub, own, await tokenOf(guizhou, 2, brief));
    expect(await scene.ledger.findEntry('520000', 1)).toMatchObject({ token: own });
    expect(await scene.ledger.findEntry('520000', 2)).not.toHaveProperty('token');
    expect((await scene.ledger.listEntries(0, 10)).map((entry) => [entry.leafDigest.length, entry.token])).toEqual([[32, own], [32, undefined]]);
  });
});
