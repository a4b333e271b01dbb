import { beforeEach, describe, expect, it } from 'vitest';
import type { VerifiedCode } from './verified-code.js';
import { BEIJING, GUIZHOU, Knowledge, NOW, OTHER_SUBJECT, SICHUAN, briefOf, bytes, signClaims, signTest, testClaims } from './verify.fixture.js';

let hub: Knowledge;
beforeEach(() => {
  hub = new Knowledge();
});

const verify = async (text: string): Promise<VerifiedCode> => hub.attested.verify(bytes(text), 'transport', NOW);
const brief = async (text: string): Promise<string> => briefOf(await verify(text));

describe('AttestedVerifier, of a test', () => {
  const RED = { status: '10', reason: 'CLOSE_CONTACT' } as const;

  it('tells its circumstances, no colour, and to look at the colour', async () => {
    const { token, attestation } = await hub.knowTest();
    expect(await verify(token)).toMatchObject({ verdict: { recognition: 'recognised', status: 'none', stated: 'negative', freshness: 'fresh', advice: 'check-status' }, errorCode: '', attestation });
    expect(await brief((await hub.knowTest({ sequence: 2, status: 'positive', subject: OTHER_SUBJECT })).token)).toBe('recognised none fresh local-procedure ');
  });

  it('is as old as its sample, however fresh the feed of its province', async () => {
    hub.confirmed.set(GUIZHOU, NOW);
    expect(await brief((await hub.knowTest({ issuedAt: NOW - 48 * 3600 + 7200 })).token)).toBe('recognised none fresh check-status ');
    expect(await brief((await hub.knowTest({ sequence: 2, issuedAt: NOW - 48 * 3600 + 7199 })).token)).toBe('recognised none expired ask-person ');
  });

  it('is nothing to the colour, nor the colour to it', async () => {
    const green = await hub.know({ sequence: 1 });
    const test = await hub.knowTest({ sequence: 2, status: 'positive' });
    const red = await hub.know({ sequence: 3, subject: OTHER_SUBJECT, ...RED });
    const negative = await hub.knowTest({ issuer: BEIJING, sequence: 4, subject: OTHER_SUBJECT });
    expect(await Promise.all([green, test, red, negative].map(({ token }) => brief(token)))).toEqual([
      'recognised 00 fresh allow ', 'recognised none fresh local-procedure ', 'recognised 10 fresh local-procedure ', 'recognised none fresh check-status ',
    ]);
  });

  it('contradicts no other province\'s test: those were other samples', async () => {
    const negative = await hub.knowTest();
    const positive = await hub.knowTest({ issuer: BEIJING, status: 'positive' });
    expect(await brief(negative.token)).toBe('recognised none fresh check-status ');
    expect(await brief(positive.token)).toBe('recognised none fresh local-procedure ');
    expect(await brief((await signTest({ issuer: SICHUAN, status: 'inconclusive' })).token)).toBe('recognised none fresh local-procedure ');
  });

  it('is superseded by a later one, and withdrawn by a withdrawal of its kind alone', async () => {
    const first = await hub.knowTest({ sequence: 1, since: NOW - 7300 });
    const second = await hub.knowTest({ sequence: 2, supersedes: 1 });
    const status = await hub.know({ sequence: 3 });
    await hub.know({ sequence: 4, status: 'none', reason: 'STATUS_WITHDRAWN', supersedes: 3 });
    expect(await brief(first.token)).toMatch(/^superseded/);
    expect(await brief(status.token)).toMatch(/^superseded/);
    expect(await brief(second.token)).toMatch(/^recognised/);
    const { test: _, ...withdrawn } = testClaims({ sequence: 5, status: 'none', reason: 'STATUS_WITHDRAWN', supersedes: 2 });
    const withdrawal = await signClaims(withdrawn);
    hub.commit(withdrawal);
    expect(await brief(second.token)).toMatch(/^superseded/);
    expect(await verify(withdrawal.token)).toMatchObject({ verdict: { recognition: 'no-status', stated: 'none' }, availability: 'unavailable' });
  });

  it('does not take an unlisted one for earlier than a status, nor for contradicted by one', async () => {
    await hub.know({ sequence: 9, ...RED });
    expect(await brief((await signTest({ sequence: 3 })).token)).toBe('recognised none fresh check-status ');
    await hub.knowTest({ sequence: 7 });
    expect(await brief((await signTest({ sequence: 4, since: NOW - 7300 })).token)).toMatch(/^superseded/);
  });
});
