import { createHash } from 'node:crypto';
import type { SignedAttestation } from '@health-code/attestation';
import { beforeEach, describe, expect, it } from 'vitest';
import { Contests } from '../lookup/contests.js';
import { BEIJING, GUIZHOU, Knowledge, NOW, OTHER_SUBJECT, sign } from '../verify/verify.fixture.js';
import { findExceptions, runAtOnce, runInTurns } from './find-exceptions.js';
import type { PackagedExceptions } from './package-parts.js';

let hub: Knowledge;
let contests: Contests;

beforeEach(() => {
  hub = new Knowledge();
  contests = new Contests(hub.index);
});

const find = (now = NOW): PackagedExceptions => runAtOnce(findExceptions(contests, (slot, at) => hub.attested.noteOf(slot, at), [], now));

function commit({ token, attestation }: SignedAttestation): void {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url');
  contests.insert({ claims: attestation, tokenDigest: createHash('sha256').update(token).digest(), contentDigest: createHash('sha256').update(payload).digest() });
}
const know = async (change: Parameters<typeof sign>[0]): Promise<void> => { commit(await sign(change)); };

const GREEN = { issuer: GUIZHOU, sequence: 1, status: '00' } as const;
const RED = { issuer: BEIJING, sequence: 7, status: '10' } as const;

describe('findExceptions', () => {
  it('names both where one province contradicts another', async () => {
    await know(GREEN);
    await know(RED);
    expect(find()).toEqual({ conflicts: [{ issuer: BEIJING, sequence: 7 }, { issuer: GUIZHOU, sequence: 1 }], equivocations: [], sources: [] });
  });

  it('names nobody where provinces agree, or speak about others', async () => {
    await know(GREEN);
    await know({ ...RED, status: '00' });
    await know({ ...RED, sequence: 8, subject: OTHER_SUBJECT });
    expect(find().conflicts).toEqual([]);
  });

  it('names nobody any more once the other does not stand: suspended, revoked, expired', async () => {
    await know(GREEN);
    await know(RED);
    hub.standings.set(BEIJING, 'suspended');
    // Guizhou's word stands; what the suspended province says is still contradicted by it.
    expect(find().conflicts).toEqual([{ issuer: BEIJING, sequence: 7 }]);
    hub.standings.set(BEIJING, 'admitted');
    contests.revoke(BEIJING, 7);
    expect(find().conflicts).not.toContainEqual({ issuer: GUIZHOU, sequence: 1 });
    expect(find(NOW + 3600).conflicts).toEqual([]);
  });

  it('names an earlier statement that says the same as the contradicted one', async () => {
    await know({ ...GREEN, issuedAt: NOW - 3600 });
    await know({ ...GREEN, sequence: 2, issuedAt: NOW - 1800, since: NOW - 10_800 });
    await know(RED);
    expect(find().conflicts).toContainEqual({ issuer: GUIZHOU, sequence: 2 });
    expect(find().conflicts).toContainEqual({ issuer: GUIZHOU, sequence: 1 });
  });

  it('names a conversion whose source says something else', async () => {
    await know({ ...GREEN, status: '01', issuedAt: NOW - 3600 });
    await know({ issuer: BEIJING, sequence: 3, status: '00', issuedAt: NOW - 1800, source: { issuer: GUIZHOU, sequence: 1, issuedAt: NOW - 3600 } });
    expect(find().conflicts).toContainEqual({ issuer: BEIJING, sequence: 3 });
  });

  it('notes a source whose key was in other hands, or that ends before what was made from it', async () => {
    const source = { issuer: GUIZHOU, sequence: 1, issuedAt: NOW - 3600 } as const;
    await know({ ...GREEN, issuedAt: NOW - 3600, expiresAt: NOW + 60 });
    await know({ issuer: BEIJING, sequence: 3, issuedAt: NOW - 1800, source });
    expect(find().sources).toEqual([{ issuer: GUIZHOU, sequence: 1, keyRevoked: false, expiresAt: NOW + 60 }]);
    contests.revoke(GUIZHOU, 1);
    expect(find().sources).toEqual([{ issuer: GUIZHOU, sequence: 1, keyRevoked: true, expiresAt: NOW + 60 }]);
  });

  it('says nothing of a source that the ledger does not hold, or that says no more than what was made from it', async () => {
    await know({ issuer: BEIJING, sequence: 3, issuedAt: NOW - 1800, source: { issuer: GUIZHOU, sequence: 1, issuedAt: NOW - 3600 } });
    expect(find()).toEqual({ conflicts: [], equivocations: [], sources: [] });
    await know({ ...GREEN, issuedAt: NOW - 3600 });
    expect(find()).toEqual({ conflicts: [], equivocations: [], sources: [] });
  });
});

describe('runInTurns', () => {
  it('lets others have their turn, and comes to the same', async () => {
    let pauses = 0;
    function* steps(): Generator<undefined, string> {
      for (let step = 0; step < 12_000; step += 1) yield;
      return 'done';
    }
    expect([await runInTurns(steps(), () => { pauses += 1; return Promise.resolve(); }), pauses, runAtOnce(steps())]).toEqual(['done', 2, 'done']);
  });
});
