import type { ProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { CATCH_UP_PAGE, Lookup, type CommittedAttestation, type CommittedReader, type IndexedAttestation, type Revocations } from './lookup.js';

const entry = (index: number): CommittedAttestation => ({
  index,
  tokenDigest: new Uint8Array(32),
  contentDigest: new Uint8Array(32),
  kid: 'key',
  appendedAt: index * 1000,
  claims: {
    issuer: '520000' as ProvinceCode, sequence: index + 1, subject: 'person', kind: 'health-status', status: '00', since: 0, reason: 'REASON_NOT_STATED', rule: { id: 'gz-1', version: '1' },
    authority: '520000', evidence: 'self-declared', original: { system: 'local', field: 'code', value: '00' }, issuedAt: 0, expiresAt: 1,
  },
});
const entries = (from: number, to: number): CommittedAttestation[] => Array.from({ length: to - from }, (_, position) => entry(from + position));

function lookupOver(ledger: readonly CommittedAttestation[], reader?: CommittedReader, revocations: Revocations = { isRevoked: () => false }) {
  const applied: number[] = [];
  const revoked: number[] = [];
  const messages: string[] = [];
  const store = reader ?? { readCommitted: (from: number, limit: number) => Promise.resolve(ledger.filter(({ index }) => index >= from).slice(0, limit)) };
  const log = { info: (_: object, message: string) => messages.push(message), warn: (_: object, message: string) => messages.push(message) };
  const sink = {
    insert: ({ claims }: IndexedAttestation) => { applied.push(claims.sequence - 1); },
    revoke: (_: string, sequence: number) => revoked.push(sequence - 1) > 0,
  };
  return { lookup: new Lookup(sink, store, revocations, log), applied, revoked, messages };
}

describe('Lookup', () => {
  it('takes entries in ledger order', () => {
    const { lookup, applied } = lookupOver([]);
    lookup.append(entries(0, 3));
    lookup.append(entries(3, 5));
    expect(applied).toEqual([0, 1, 2, 3, 4]);
    expect(lookup.appliedIndex).toBe(4);
  });

  it('marks what a revoked key signed, whether ingest tells it or the store', async () => {
    const { lookup, revoked } = lookupOver(entries(0, 6), undefined, { isRevoked: (kid, at) => kid === 'key' && at >= 2000 });
    lookup.append(entries(0, 3));
    expect(revoked).toEqual([2]);
    await lookup.catchUp();
    expect(revoked).toEqual([2, 3, 4, 5]);
  });

  it('passes over entries that it has taken already', () => {
    const { lookup, applied } = lookupOver([]);
    lookup.append(entries(0, 3));
    lookup.append(entries(1, 5));
    expect(applied).toEqual([0, 1, 2, 3, 4]);
  });

  it('fills a hole from the store, in order', async () => {
    const { lookup, applied } = lookupOver(entries(0, 6));
    lookup.append(entries(0, 2));
    lookup.append(entries(4, 6));
    await lookup.catchUp();
    expect(applied).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('catches up page by page and tells its progress', async () => {
    const { lookup, applied, messages } = lookupOver(entries(0, CATCH_UP_PAGE + 10));
    await lookup.catchUp();
    expect(applied).toHaveLength(CATCH_UP_PAGE + 10);
    expect(messages).toHaveLength(1);
  });

  it('applies nothing twice when ingest appends while a page is being read', async () => {
    let release: (page: readonly CommittedAttestation[]) => void = () => undefined;
    const { lookup, applied } = lookupOver([], { readCommitted: () => new Promise((resolve) => { release = resolve; }) });
    const running = lookup.catchUp();
    lookup.append(entries(0, 4));
    release(entries(0, 3));
    await running;
    expect(applied).toEqual([0, 1, 2, 3]);
  });

  it('goes on past an index that a retention rule has deleted', async () => {
    const { lookup, applied } = lookupOver([entry(0), entry(3)]);
    await lookup.catchUp();
    expect(applied).toEqual([0, 3]);
  });

  it('reports a failed fill and succeeds in a later round', async () => {
    let fails = true;
    const { lookup, applied, messages } = lookupOver([], { readCommitted: (from) => (fails ? Promise.reject(new Error('gone')) : Promise.resolve(from === 0 ? entries(0, 3) : [])) });
    lookup.append(entries(2, 3));
    await Promise.resolve();
    await expect(lookup.catchUp()).rejects.toThrow();
    fails = false;
    await lookup.catchUp();
    expect(applied).toEqual([0, 1, 2]);
    expect(messages).toHaveLength(1);
  });
});
