import type { Attestation } from '@health-code/attestation';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Statement, VerifiedCode } from './verified-code.js';
import { BEIJING, GUIZHOU, Knowledge, NOW, OTHER_SUBJECT, SICHUAN, SUBJECT, briefOf, bytes, sign, signerOf } from './verify.fixture.js';

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** RFC 7518 3.4: (r, s) and (r, n - s) are signatures of the same text by the same key. */
function rewriteSignature(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const raw = Buffer.from(signature, 'base64url');
  const s = ORDER - BigInt(`0x${raw.subarray(32).toString('hex')}`);
  return [header, payload, Buffer.concat([raw.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]).toString('base64url')].join('.');
}

let hub: Knowledge;
beforeEach(() => {
  hub = new Knowledge();
});

/** What a verdict tells of an attestation. */
const told = ({ issuer, sequence, kind, status, since, reason, rule, authority, evidence, original, issuedAt, expiresAt }: Attestation): Statement => ({
  issuer, sequence, kind, status, since, reason, rule, authority, evidence, original, issuedAt, expiresAt,
});

const verify = async (text: string): Promise<VerifiedCode> => hub.attested.verify(bytes(text), 'transport', NOW);
const brief = async (text: string): Promise<string> => briefOf(await verify(text));

describe('AttestedVerifier, of an attestation in the ledger', () => {
  it('recognises it at once, without looking at its signature or its key', async () => {
    const { token, attestation } = await hub.know();
    hub.keysAreKnown = false;
    const outcome = hub.attested.verify(bytes(token), 'transport', NOW);
    expect(outcome).not.toBeInstanceOf(Promise);
    expect(outcome).toMatchObject({ verdict: { recognition: 'recognised', status: '00', freshness: 'fresh', advice: 'allow' }, errorCode: '', attestation: told(attestation) });
  });

  it('recognises nothing of an issuer that has filled its room, tells it from the token, and lets it contradict', async () => {
    hub = new Knowledge(0, 1);
    const first = await hub.know({ sequence: 1 });
    const beyond = await hub.know({ sequence: 2, status: '10', reason: 'MADE_UP', supersedes: 1 });
    expect(await brief(first.token)).toMatch(/^superseded/);
    expect(await verify(beyond.token)).toMatchObject({ verdict: { recognition: 'no-rule', advice: 'local-procedure' }, attestation: told(beyond.attestation) });
    expect(hub.attested.judge(hub.index.findSequence(GUIZHOU, 2), 'general', NOW).recognition).toBe('no-rule');
    expect(await brief((await hub.know({ issuer: BEIJING, sequence: 1 })).token)).toMatch(/^conflict/);
  });

  it('tells the local value from the token where memory has no room for it', async () => {
    hub = new Knowledge(0);
    const { token, attestation } = await hub.know();
    expect(hub.attested.verify(bytes(token), 'transport', NOW)).toMatchObject({ attestation: told(attestation) });
  });

  it('dates what is known by the last complete feed of the issuer, or by the issue', async () => {
    const { token } = await hub.know({ issuedAt: NOW - 200_000 });
    expect(await verify(token)).toMatchObject({ knownAt: NOW - 200_000, verdict: { freshness: 'stale' } });
    hub.confirmed.set(GUIZHOU, NOW - 5);
    expect(await verify(token)).toMatchObject({ knownAt: NOW - 5, verdict: { freshness: 'fresh' } });
    hub.confirmed.set(GUIZHOU, NOW - 900_000);
    expect(await verify(token)).toMatchObject({ knownAt: NOW - 200_000 });
  });

  it('shows no colour of an expired, superseded, suspended or unruled one', async () => {
    const old = await hub.know({ sequence: 1, authority: '520100' });
    const { token } = await hub.know({ sequence: 2 });
    const expired = await hub.know({ sequence: 3, subject: OTHER_SUBJECT, issuedAt: NOW - 100, expiresAt: NOW });
    expect(await brief(old.token)).toBe('superseded none unknown ask-person ATTESTATION_SUPERSEDED');
    expect(await brief(expired.token)).toBe('expired none unknown ask-person ATTESTATION_EXPIRED');
    hub.standings.set(GUIZHOU, 'suspended');
    expect(await brief(token)).toBe('issuer-suspended none unknown local-procedure ISSUER_SUSPENDED');
    hub.standings.delete(GUIZHOU);
    expect(await brief(token)).toBe('no-agreement none unknown local-procedure PROVINCE_NOT_ADMITTED');
  });

  it('asks for the rule again when the registry has changed', async () => {
    const { token } = await hub.know();
    expect(await brief(token)).toMatch(/^recognised/);
    hub.unregisteredRules.add('rule-1');
    hub.registryVersion += 1;
    expect(await brief(token)).toBe('no-rule none unknown local-procedure RULE_NOT_REGISTERED');
  });

  it('shows a conflict with what another province says about the same person', async () => {
    const green = await hub.know();
    const yellow = await hub.know({ issuer: BEIJING, sequence: 9, status: '01' });
    expect(await verify(green.token)).toMatchObject({ verdict: { recognition: 'conflict', status: 'none' }, errorCode: 'ATTESTATION_CONTRADICTED', conflicts: [{ issuer: BEIJING, sequence: 9, status: '01' }] });
    expect(await verify(yellow.token)).toMatchObject({ verdict: { recognition: 'conflict' }, conflicts: [{ issuer: GUIZHOU, sequence: 1, status: '00' }] });
  });

  it.each([
    ['says the same', { status: '00' }, 'admitted'],
    ['has expired', { status: '10', issuedAt: NOW - 100, expiresAt: NOW }, 'admitted'],
    ['is of a suspended province', { status: '10' }, 'suspended'],
    ['is about another person', { status: '10', subject: OTHER_SUBJECT }, 'admitted'],
  ] as const)('finds no conflict where the other statement %s', async (_, change, standing) => {
    const { token } = await hub.know();
    await hub.know({ issuer: BEIJING, ...change });
    hub.standings.set(BEIJING, standing);
    expect(await brief(token)).toMatch(/^recognised/);
  });

  it('finds no conflict with a statement that its province has replaced', async () => {
    const { token } = await hub.know();
    await hub.know({ issuer: BEIJING, sequence: 1, status: '10' });
    await hub.know({ issuer: BEIJING, sequence: 2, status: '00' });
    expect(await brief(token)).toMatch(/^recognised/);
  });

  it('shows a withdrawn green as superseded, the withdrawal as no status, and a later green again', async () => {
    const green = await hub.know({ sequence: 1 });
    const withdrawal = await hub.know({ sequence: 2, status: 'none', reason: 'STATUS_WITHDRAWN', supersedes: 1 });
    expect(await brief(green.token)).toBe('superseded none unknown ask-person ATTESTATION_SUPERSEDED');
    expect(await brief(withdrawal.token)).toBe('no-status none unknown ask-person STATUS_UNAVAILABLE');
    expect(await verify(withdrawal.token)).toMatchObject({ availability: 'unavailable' });
    expect(hub.attested.judge(hub.index.findSubject(SUBJECT, 'health-status'), 'medical', NOW)).toMatchObject({ status: 'none', advice: 'ask-person' });
    const again = await hub.know({ sequence: 3, supersedes: 2 });
    expect(await brief(withdrawal.token)).toMatch(/^superseded none/);
    expect(await brief(again.token)).toBe('recognised 00 fresh allow ');
  });

  it('finds no conflict between a status and a withdrawal', async () => {
    const green = await hub.know();
    const withdrawal = await hub.know({ issuer: BEIJING, status: 'none', reason: 'STATUS_WITHDRAWN' });
    expect(await brief(green.token)).toMatch(/^recognised 00/);
    expect(await brief(withdrawal.token)).toMatch(/^no-status none/);
    const unlisted = await sign({ sequence: 5, status: 'none', reason: 'STATUS_WITHDRAWN' });
    expect(await brief(unlisted.token)).toMatch(/^no-status none/);
  });

  it('takes a rewritten or renewed signature over the same content for the same attestation', async () => {
    const known = await hub.know();
    const again = await sign();
    hub.confirmed.set(GUIZHOU, NOW - 5);
    for (const token of [rewriteSignature(known.token), again.token]) {
      expect(token).not.toBe(known.token);
      expect(await verify(token)).toMatchObject({ verdict: { recognition: 'recognised' }, knownAt: NOW - 5 });
    }
  });

  it('refuses other content under the same number as an equivocation, and names the statement in the ledger', async () => {
    await hub.know({ status: '10' });
    const other = await sign({ status: '00' });
    expect(await verify(other.token)).toMatchObject({
      verdict: { recognition: 'conflict', status: 'none' }, errorCode: 'ATTESTATION_EQUIVOCATED', conflicts: [{ issuer: GUIZHOU, sequence: 1, status: '10' }],
    });
  });
});

describe('AttestedVerifier, of an attestation that is not in the ledger yet', () => {
  it('recognises it on its signature, known since its issue', async () => {
    const { token } = await sign();
    hub.confirmed.set(GUIZHOU, NOW - 5);
    expect(await verify(token)).toMatchObject({ verdict: { recognition: 'recognised' }, knownAt: NOW - 3600 });
  });

  it('refuses it where the ledger holds a later one about the same person that says something else', async () => {
    await hub.know({ sequence: 7 });
    expect(await brief((await sign({ sequence: 6, authority: '520100' })).token)).toMatch(/^superseded/);
    expect(await brief((await sign({ sequence: 6 })).token)).toMatch(/^recognised/);
    expect(await brief((await sign({ sequence: 8 })).token)).toMatch(/^recognised/);
  });

  it('refuses it where its key has ended since: it may be dated back', async () => {
    const { token } = await sign();
    hub.keysEndAt = NOW - 1;
    expect(await brief(token)).toBe('signature-invalid none unknown local-procedure ATTESTATION_KEY_EXPIRED');
    hub.keysEndAt = NOW;
    expect(await brief(token)).toMatch(/^recognised/);
    await hub.know();
    hub.keysEndAt = NOW - 1;
    expect(await brief((await sign()).token)).toMatch(/^recognised/);
  });

  it('shows a conflict with what other provinces say', async () => {
    await hub.know({ issuer: BEIJING, sequence: 3, status: '01' });
    await hub.know({ issuer: SICHUAN, sequence: 4, status: '10' });
    const { conflicts, verdict } = await verify((await sign()).token);
    expect(verdict.recognition).toBe('conflict');
    expect(conflicts).toHaveLength(2);
  });

  it('refuses one of a province that was never admitted', async () => {
    hub.standings.delete(GUIZHOU);
    expect(await brief((await sign()).token)).toBe('no-agreement none unknown local-procedure PROVINCE_NOT_ADMITTED');
  });
});

describe('AttestedVerifier, of a presentation with disclosures', () => {
  it('tells the masked name, whether or not the ledger holds the attestation', async () => {
    const { presentation } = await hub.know({}, { maskedName: '测*甲' });
    expect(await verify(presentation)).toMatchObject({ verdict: { recognition: 'recognised' }, maskedName: '测*甲' });
    const unlisted = await sign({ sequence: 2 }, { maskedName: '测*乙' });
    expect(await verify(unlisted.presentation)).toMatchObject({ verdict: { recognition: 'recognised' }, maskedName: '测*乙' });
  });

  it('refuses a disclosure of another attestation', async () => {
    const { token } = await hub.know({}, { maskedName: '测*甲' });
    const other = await sign({ sequence: 2 }, { maskedName: '测*乙' });
    expect(await brief(`${token}${other.presentation.slice(other.token.length)}`)).toBe('signature-invalid none unknown local-procedure ATTESTATION_DISCLOSURE_INVALID');
  });
});

describe('AttestedVerifier, of a text that its issuer would not have made', () => {
  const change = (text: string, at: number): string => `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;

  it.each([
    ['cut off', (token: string) => token.slice(0, 300), 'ATTESTATION_MALFORMED'],
    ['with a fourth segment', (token: string) => `${token}.AAAA`, 'ATTESTATION_MALFORMED'],
    ['with a space after it', (token: string) => `${token} `, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
    ['padded', (token: string) => `${token}==`, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
    ['with bytes that are not ASCII', (token: string) => `${token}码`, 'ATTESTATION_ENCODING_NOT_CANONICAL'],
    ['with another signature', (token: string) => change(token, token.length - 20), 'ATTESTATION_SIGNATURE_INVALID'],
    ['with alg none', (token: string) => [Buffer.from('{"alg":"none","kid":"x","typ":"health-attestation+jwt"}').toString('base64url'), ...token.split('.').slice(1)].join('.'), 'ATTESTATION_ALGORITHM_UNSUPPORTED'],
    ['without a word of sense', () => 'eyJhbGciOiJub25lIn0', 'ATTESTATION_MALFORMED'],
  ])('refuses one %s', async (_, spoil, code) => {
    const { token } = await hub.know();
    expect(await brief(spoil(token))).toBe(`signature-invalid none unknown local-procedure ${code}`);
  });

  it('refuses one of an unknown key, and one signed by another province', async () => {
    const foreign = await sign({}, {}, BEIJING);
    expect(await brief(foreign.token)).toMatch(/ATTESTATION_KEY_FOREIGN$/);
    hub.keysAreKnown = false;
    expect(await brief((await sign()).token)).toMatch(/ATTESTATION_KEY_UNKNOWN$/);
    expect(signerOf(GUIZHOU).key.kid).not.toBe(signerOf(BEIJING).key.kid);
  });

  it('refuses one issued ten minutes ahead of this clock', async () => {
    expect(await brief((await sign({ issuedAt: NOW + 600 })).token)).toMatch(/ATTESTATION_ISSUED_IN_FUTURE$/);
  });
});
