import { CHECKPOINT_CLASSES, describeFreshness, type ListedStatus } from '@health-code/attestation';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshnessAgeOf, freshnessLimitOf, type GradedFacts } from './freshness.js';
import { lastKnown } from './listing.js';
import { BEIJING, briefOf, bytes, GUIZHOU, Knowledge, NOW, sign } from './verify.fixture.js';
import type { VerifiedCode } from './verified-code.js';

let hub: Knowledge;

beforeEach(() => {
  hub = new Knowledge();
});

const verify = async (text: string): Promise<VerifiedCode> => hub.attested.verify(bytes(text), 'transport', NOW);
const brief = async (text: string): Promise<string> => briefOf(await verify(text));

const SUSPENDED = 'suspended none unknown local-procedure ATTESTATION_SUSPENDED';
const SUPERSEDED = 'superseded none unknown ask-person ATTESTATION_SUPERSEDED';

function list(sequence: number, status: ListedStatus | undefined, issuer: string = GUIZHOU): void {
  hub.vouched.set(issuer, NOW - 10);
  if (status === undefined) hub.listed.delete(`${issuer} ${String(sequence)}`);
  else hub.listed.set(`${issuer} ${String(sequence)}`, status);
}

describe('AttestedVerifier, of what the issuer\'s list says', () => {
  it.each(['in the ledger', 'not in it'])('refuses what is suspended while it is, of an attestation %s', async (where) => {
    const { token } = where === 'in the ledger' ? await hub.know() : await sign();
    list(1, 'valid');
    expect(await brief(token)).toBe('recognised 00 fresh allow ');
    list(1, 'suspended');
    expect(await brief(token)).toBe(SUSPENDED);
    list(1, 'valid');
    expect(await brief(token)).toBe('recognised 00 fresh allow ');
    list(1, 'invalid');
    expect(await brief(token)).toBe(SUPERSEDED);
  });

  it('answers of a known one at once, suspended or not', async () => {
    const { token } = await hub.know();
    list(1, 'suspended');
    expect(hub.attested.verify(bytes(token), 'transport', NOW)).not.toBeInstanceOf(Promise);
    expect(hub.attested.judge(hub.attested.findKnown(bytes(token)), 'medical', NOW).recognition).toBe('suspended');
  });

  it('lets the word of the ledger stand beside a list that does not know of it yet', async () => {
    const { token } = await hub.know();
    list(1, 'valid');
    await hub.know({ sequence: 2, supersedes: 1, status: '10' });
    expect(await brief(token)).toBe(SUPERSEDED);
  });

  it('lets a statement that its issuer holds back contradict nobody', async () => {
    const { token } = await hub.know();
    await hub.know({ issuer: BEIJING, sequence: 4, status: '10' });
    expect(await brief(token)).toMatch(/^conflict/);
    for (const status of ['suspended', 'invalid'] as const) {
      list(4, status, BEIJING);
      expect(await brief(token)).toMatch(/^recognised 00/);
    }
  });

  it('finds the conflict of a renewed statement, too', async () => {
    const { token } = await hub.know();
    await hub.know({ sequence: 2, supersedes: 1 });
    expect(await brief(token)).toMatch(/^recognised 00/);
    await hub.know({ issuer: BEIJING, sequence: 4, status: '10' });
    expect(await verify(token)).toMatchObject({ errorCode: 'ATTESTATION_CONTRADICTED', conflicts: [{ issuer: BEIJING, sequence: 4 }] });
  });

  it.each(['in the ledger', 'not in it'])('lets what was converted fall with its source, which is %s', async (where) => {
    const source = { issuer: GUIZHOU, sequence: 5, issuedAt: NOW - 3600 };
    if (where === 'in the ledger') await hub.know({ sequence: 5 });
    const { token } = await hub.know({ issuer: BEIJING, sequence: 1, source, issuedAt: NOW - 1800 });
    list(5, 'suspended');
    expect(await brief(token)).toBe(SUSPENDED);
    list(5, 'invalid');
    expect(await brief(token)).toBe(SUPERSEDED);
    list(5, 'valid');
    expect(await brief(token)).toMatch(/^recognised/);
  });

  it('keeps what was converted from an unknown source while that is only renewed', async () => {
    const source = { issuer: GUIZHOU, sequence: 5, issuedAt: NOW - 3600 };
    const { token } = await hub.know({ issuer: BEIJING, sequence: 1, source, issuedAt: NOW - 1800 });
    await hub.know({ sequence: 6, supersedes: 5 });
    expect(await brief(token)).toMatch(/^recognised/);
  });

  it('knows a statement as long as both feed and list vouch for it', async () => {
    const { token } = await hub.know({ issuedAt: NOW - 200_000 });
    hub.confirmed.set(GUIZHOU, NOW - 2);
    list(1, 'valid');
    hub.vouched.set(GUIZHOU, NOW - 100_000);
    expect(await verify(token)).toMatchObject({ knownAt: NOW - 100_000, verdict: { freshness: 'ageing' }, freshnessAge: 100_000, freshnessLimit: 172_800 });
    hub.confirmed.set(GUIZHOU, NOW - 150_000);
    expect(await verify(token)).toMatchObject({ knownAt: NOW - 150_000 });
  });

  it('lets nobody pass on a list that is too short for what was issued before it was signed', async () => {
    const { token } = await hub.know();
    hub.vouched.set(GUIZHOU, NOW - 10);
    expect(await brief(token)).toBe('recognised 00 unknown try-again STATUS_LIST_INDEX_OUT_OF_RANGE');
    expect((await verify(token)).knownAt).toBeUndefined();
    hub.vouched.set(GUIZHOU, NOW - 3600 + 119);
    expect(await verify(token)).toMatchObject({ errorCode: '', knownAt: NOW - 3600 });
  });

  it('says age and limit of what is recognised, and of nothing else', async () => {
    const { token } = await hub.know();
    expect(await verify(token)).toMatchObject({ freshnessAge: 3600, freshnessLimit: 86_400 });
    hub.standings.set(GUIZHOU, 'suspended');
    expect((await verify(token)).freshnessAge).toBeUndefined();
  });
});

describe('freshness in two numbers', () => {
  it('is what describeFreshness says', () => {
    const facts = fc.record<GradedFacts>({
      kind: fc.constantFrom('health-status', 'nucleic-acid-test', 'canary'),
      since: fc.integer({ min: NOW - 4_000_000, max: NOW + 200 }),
      knownAt: fc.integer({ min: NOW - 4_000_000, max: NOW + 200 }),
      source: fc.constant(undefined),
    });
    fc.assert(fc.property(facts, fc.constantFrom(...CHECKPOINT_CLASSES), (given, checkpointClass) => {
      const expected = describeFreshness(given, checkpointClass, NOW);
      const limits = ['fresh', 'ageing', 'stale', 'expired', 'unknown'] as const;
      const found = limits
        .map((freshness) => ({ status: 'none', stated: 'none', recognition: 'recognised', freshness, advice: 'ask-person' }) as const)
        .some((verdict) => freshnessAgeOf(given, verdict, NOW) === expected?.ageSeconds && freshnessLimitOf(given, verdict, checkpointClass) === expected?.limitSeconds);
      expect(found).toBe(true);
    }));
  });
});

describe('lastKnown', () => {
  it.each([
    [100, 0, undefined, 0, 100], [100, 500, undefined, 0, 500], [100, 500, 'valid', 400, 400], [100, 300, 'suspended', 400, 300], [100, 50, 'valid', 60, 100],
    [100, 500, undefined, 219, 100], [100, 500, undefined, 220, NaN],
  ] as const)('of issue %d, feed %d, entry %s and list %d is %d', (issuedAt, confirmedAt, listed, vouchedAt, expected) => {
    expect(lastKnown(issuedAt, confirmedAt, listed, vouchedAt)).toBe(expected);
  });
});
