import { packPresentation, type ProvinceCode } from '@health-code/attestation';
import { beforeEach, describe, expect, it } from 'vitest';
import { HubError, type HubErrorCode } from '../errors.js';
import type { ProvinceRefusalCode } from '../province-call/province-refusal.js';
import type { VerifiedCode } from './verified-code.js';
import { CodeVerifier } from './verify-code.js';
import { LocalCodeVerifier, type RecogniseCode, type UnverifiedAnswer } from './verify-local-code.js';
import { PersonVerifier } from './verify-person.js';
import { BEIJING, CHECKPOINT, GUIZHOU, Knowledge, NOW, SICHUAN, SUBJECT, bytes, sign, signTest } from './verify.fixture.js';

type Asked = readonly [operation: string, province: string, kind: string, limits: unknown];

let hub: Knowledge;
let asked: Asked[];
let answer: () => Promise<UnverifiedAnswer>;
let owner: ReturnType<RecogniseCode>;
let tokens: Map<string, string>;
let codes: CodeVerifier;

const refusedBy = (code: ProvinceRefusalCode): HubError => new HubError('ADAPTER_REFUSED', 'refused', { provinceErrorCode: code });
const ownedBy = (code: ProvinceCode, standing: 'admitted' | 'suspended' = 'admitted'): void => {
  owner = { owner: { code, standing } };
};
const document = { type: '01', number: '520199190001010014' } as const;

beforeEach(() => {
  hub = new Knowledge();
  asked = [];
  tokens = new Map();
  answer = () => Promise.reject(new Error('not asked'));
  ownedBy(GUIZHOU);
  const caller = {
    attestCode: (province: string, _: Uint8Array, kind: string, __: object, limits?: object) => (asked.push(['attestCode', province, kind, limits]), answer()),
    attestPerson: (province: string, _: object, kind: string, __: object, limits?: object) => (asked.push(['attestPerson', province, kind, limits]), answer()),
    resolveReference: (province: string, _: object, limits?: object) => (asked.push(['resolveReference', province, '', limits]), answer().then(() => SUBJECT)),
  };
  const reader = { readToken: (issuer: string, sequence: number) => Promise.resolve(tokens.get(`${issuer} ${String(sequence)}`)) };
  codes = new CodeVerifier(hub.attested, new LocalCodeVerifier(() => owner, caller, hub.attested), new PersonVerifier(caller, hub.provinces, hub.index, reader, hub.attested), hub.policies);
});

const scan = async (text: string): Promise<VerifiedCode> => codes.verifyCode(bytes(text), CHECKPOINT, NOW);
const show = (homeProvince?: ProvinceCode): Promise<VerifiedCode> => codes.verifyPerson(homeProvince === undefined ? { document } : { document, homeProvince }, CHECKPOINT, NOW);

describe('CodeVerifier, of an attestation', () => {
  it('answers a known one at once and asks nobody', async () => {
    const { token } = await hub.know();
    const outcome = codes.verifyCode(bytes(token), CHECKPOINT, NOW);
    expect(outcome).toMatchObject({ verdict: { recognition: 'recognised' } });
    expect(outcome).not.toHaveProperty('token');
    expect(asked).toEqual([]);
  });

  it('takes whatever begins like a JWS for one, and sends no province a broken attestation', async () => {
    expect(await scan('eyJhbGciOiJFUzI1NiIs')).toMatchObject({ errorCode: 'ATTESTATION_MALFORMED' });
    expect(asked).toEqual([]);
  });

  it('takes a compact code for the attestation it stands for, at once where that is known', async () => {
    const known = await hub.know({}, { maskedName: '测*甲' });
    expect(codes.verifyCode(bytes(packPresentation(known.token)), CHECKPOINT, NOW)).toEqual(codes.verifyCode(bytes(known.token), CHECKPOINT, NOW));
    expect(await scan(packPresentation(known.presentation))).toMatchObject({ verdict: { recognition: 'recognised' }, maskedName: '测*甲' });
    const unlisted = await sign({ sequence: 7 });
    expect(await scan(packPresentation(unlisted.token))).toMatchObject({ verdict: { recognition: 'recognised' }, attestation: { sequence: 7 } });
    expect(asked).toEqual([]);
  });

  it.each(['CNHC1:', 'CNHC1:6BF', 'CNHC1:~~~~', `CNHC1:${'0'.repeat(400)}`])('refuses %j as no compact code, and sends it to no province', async (text) => {
    expect(await scan(text)).toMatchObject({ verdict: { recognition: 'signature-invalid' }, errorCode: 'COMPACT_CODE_INVALID' });
    expect(asked).toEqual([]);
  });

  it.each([['nothing', 0, 'CODE_MISSING'], ['more than 4096 bytes', 4097, 'CODE_TOO_LARGE']] as const)('refuses %s', async (_, length, errorCode) => {
    expect(await scan('e'.repeat(length))).toMatchObject({ verdict: { recognition: 'unknown-code' }, errorCode });
  });
});

describe('CodeVerifier, of a local code', () => {
  it('has its province attest it, and hands the attestation on', async () => {
    const { token, attestation } = await sign();
    answer = () => Promise.resolve({ token, availability: 'available', bizExtData: 'handle' });
    expect(await scan('local code')).toMatchObject({ verdict: { recognition: 'recognised', advice: 'allow' }, attestation, token, bizExtData: 'handle' });
    expect(asked).toEqual([['attestCode', GUIZHOU, 'health-status', {}]]);
  });

  it('asks for the kind that is wanted, and takes no other for it', async () => {
    const wanted = { ...CHECKPOINT, kind: 'nucleic-acid-test' } as const;
    const [test, status] = await Promise.all([signTest(), sign()]);
    answer = () => Promise.resolve({ token: test.token, availability: 'available' });
    expect(await codes.verifyCode(bytes('local code'), wanted, NOW)).toMatchObject({ verdict: { status: 'none', stated: 'negative', advice: 'check-status' }, attestation: test.attestation, token: test.token });
    expect(asked).toEqual([['attestCode', GUIZHOU, 'nucleic-acid-test', {}]]);
    const unasked = await scan('local code');
    expect(unasked).toMatchObject({ verdict: { recognition: 'no-status', advice: 'ask-person' }, errorCode: 'ATTESTATION_KIND_MISMATCH', askedProvince: GUIZHOU });
    expect(unasked).not.toHaveProperty('attestation');
    answer = () => Promise.resolve({ token: status.token, availability: 'available' });
    expect(await codes.verifyCode(bytes('local code'), wanted, NOW)).toMatchObject({ verdict: { status: 'none' }, errorCode: 'ATTESTATION_KIND_MISMATCH' });
  });

  it('makes no status of a withdrawal', async () => {
    const { token } = await sign({ status: 'none', reason: 'STATUS_WITHDRAWN' });
    answer = () => Promise.resolve({ token, availability: 'available' });
    expect(await scan('local code')).toMatchObject({ verdict: { recognition: 'no-status', status: 'none', advice: 'ask-person' }, availability: 'unavailable', errorCode: 'STATUS_UNAVAILABLE' });
  });

  it('waits no longer than its own caller does', async () => {
    answer = () => Promise.reject(new HubError('ADAPTER_TIMEOUT', 'late'));
    await codes.verifyCode(bytes('local code'), { ...CHECKPOINT, deadline: 12 }, NOW);
    expect(asked).toEqual([['attestCode', GUIZHOU, 'health-status', { deadline: 12 }]]);
  });

  it.each(['CODE_UNKNOWN', 'CODE_AMBIGUOUS', 'CODE_NOT_TEXT'] as const)('refuses one with %s and asks nobody', async (refusal) => {
    owner = { refusal };
    expect(await scan('local code')).toMatchObject({ verdict: { recognition: 'unknown-code' }, errorCode: refusal });
    expect(asked).toEqual([]);
  });

  it('does not ask a suspended province', async () => {
    ownedBy(GUIZHOU, 'suspended');
    expect(await scan('local code')).toMatchObject({ verdict: { recognition: 'issuer-suspended' }, askedProvince: GUIZHOU });
    expect(asked).toEqual([]);
  });

  it('refuses an attestation that the province got from another one', async () => {
    const { token } = await hub.know({ issuer: BEIJING });
    answer = () => Promise.resolve({ token, availability: 'available' });
    const outcome = await scan('local code');
    expect(outcome).toMatchObject({ verdict: { recognition: 'signature-invalid' }, errorCode: 'ATTESTATION_ISSUER_MISMATCH' });
    expect(outcome).not.toHaveProperty('attestation');
  });

  it('judges what the province answers like anything else', async () => {
    answer = () => Promise.resolve({ token: 'no token', availability: 'available' });
    const unverified = await scan('local code');
    expect(unverified).toMatchObject({ verdict: { recognition: 'signature-invalid' } });
    expect(unverified).not.toHaveProperty('token');
    expect(unverified).not.toHaveProperty('availability');
    answer = () => Promise.resolve({ availability: 'available' });
    expect(await scan('local code')).toMatchObject({ verdict: { recognition: 'issuer-unreachable' }, errorCode: 'ADAPTER_ANSWER_INVALID' });
  });

  it.each([
    ['pending', 'STATUS_PENDING'], ['not-applied', 'STATUS_NOT_APPLIED'], ['no-such-person', 'SUBJECT_UNKNOWN'], ['unavailable', 'STATUS_UNAVAILABLE'], ['expired', 'STATUS_EXPIRED'],
  ] as const)('shows no status where the province states none: %s', async (availability, errorCode) => {
    answer = () => Promise.resolve({ availability });
    expect(await scan('local code')).toMatchObject({ verdict: { recognition: 'no-status', status: 'none' }, availability, errorCode, askedProvince: GUIZHOU });
  });

  it.each([
    ['LOCAL_CODE_EXPIRED', 'no-status', 'expired'], ['LOCAL_CODE_SPENT', 'no-status', 'expired'], ['LOCAL_CODE_INVALID', 'unknown-code', undefined], ['LOCAL_CODE_FOREIGN', 'unknown-code', undefined],
    ['LOCAL_SYSTEM_TIMEOUT', 'issuer-unreachable', undefined], ['TRANSLATION_VALUE_UNKNOWN', 'no-status', 'unavailable'], ['LOCAL_ANSWER_INVALID', 'no-status', 'unavailable'],
  ] as const)('hands on a refusal of the province unchanged: %s', async (code, recognition, availability) => {
    answer = () => Promise.reject(refusedBy(code));
    const outcome = await scan('local code');
    expect(outcome).toMatchObject({ verdict: { recognition }, errorCode: code });
    expect(outcome.availability).toBe(availability);
  });

  it.each([
    ['ADAPTER_TIMEOUT', 'issuer-unreachable'], ['ADAPTER_UNREACHABLE', 'issuer-unreachable'], ['ADAPTER_BUSY', 'issuer-unreachable'], ['ADAPTER_ANSWER_INVALID', 'issuer-unreachable'],
    ['PROVINCE_NOT_REGISTERED', 'issuer-unreachable'], ['PROVINCE_NOT_ADMITTED', 'no-agreement'],
  ] satisfies [HubErrorCode, string][])('turns %s into a verdict', async (code, recognition) => {
    answer = () => Promise.reject(new HubError(code, 'failed'));
    expect(await scan('local code')).toMatchObject({ verdict: { recognition }, errorCode: code, askedProvince: GUIZHOU });
  });

  it('hides no fault of the hub behind a verdict', async () => {
    answer = () => Promise.reject(new TypeError('a mistake'));
    await expect(scan('local code')).rejects.toThrow(TypeError);
  });
});

describe('CodeVerifier, of an identity document', () => {
  it('asks the home province where it is given', async () => {
    const { token } = await sign({ issuer: SICHUAN });
    answer = () => Promise.resolve({ token, availability: 'available' });
    expect(await show(SICHUAN)).toMatchObject({ verdict: { recognition: 'recognised' }, token });
    expect(asked).toEqual([['attestPerson', SICHUAN, 'health-status', {}]]);
  });

  it('does not ask a suspended home province', async () => {
    hub.standings.set(SICHUAN, 'suspended');
    expect(await show(SICHUAN)).toMatchObject({ verdict: { recognition: 'issuer-suspended' } });
    expect(asked).toEqual([]);
  });

  it('finds the province by the reference that the checkpoint\'s own province computes', async () => {
    const { token } = await hub.know({ issuer: SICHUAN, sequence: 5 });
    tokens.set(`${SICHUAN} 5`, token);
    answer = () => Promise.resolve({ availability: 'available' });
    expect(await show()).toMatchObject({ verdict: { recognition: 'recognised' }, availability: 'available', token, attestation: { issuer: SICHUAN } });
    expect(asked).toEqual([['resolveReference', BEIJING, '', {}]]);
  });

  it('prefers the statement that may be relied on, then the latest', async () => {
    const green = await hub.know({ issuer: GUIZHOU, issuedAt: NOW - 5000 });
    const newer = await hub.know({ issuer: SICHUAN, issuedAt: NOW - 4000 });
    const expired = await hub.know({ issuer: BEIJING, issuedAt: NOW - 3000, expiresAt: NOW - 1 });
    for (const { token, attestation } of [green, newer, expired]) tokens.set(`${attestation.issuer} 1`, token);
    answer = () => Promise.resolve({ availability: 'available' });
    expect(await show()).toMatchObject({ verdict: { recognition: 'recognised' }, token: newer.token });
    hub.standings.set(SICHUAN, 'suspended');
    expect(await show()).toMatchObject({ verdict: { recognition: 'recognised' }, token: green.token });
  });

  it('knows no status of a person whose province has withdrawn it, and another province\'s that stands', async () => {
    const withdrawal = await hub.know({ issuer: GUIZHOU, sequence: 2, status: 'none', reason: 'STATUS_WITHDRAWN', issuedAt: NOW - 100 });
    tokens.set(`${GUIZHOU} 2`, withdrawal.token);
    answer = () => Promise.resolve({ availability: 'available' });
    expect(await show()).toMatchObject({ verdict: { recognition: 'no-status', status: 'none' }, availability: 'unavailable', errorCode: 'STATUS_UNAVAILABLE' });
    const green = await hub.know({ issuer: SICHUAN, issuedAt: NOW - 4000 });
    tokens.set(`${SICHUAN} 1`, green.token);
    expect(await show()).toMatchObject({ verdict: { recognition: 'recognised', status: '00' }, availability: 'available', token: green.token });
  });

  it('finds of each kind the statements of that kind alone', async () => {
    const wanted = { ...CHECKPOINT, kind: 'nucleic-acid-test' } as const;
    const green = await hub.know({ sequence: 1 });
    tokens.set(`${GUIZHOU} 1`, green.token);
    answer = () => Promise.resolve({ availability: 'available' });
    expect(await codes.verifyPerson({ document }, wanted, NOW)).toMatchObject({ errorCode: 'SUBJECT_UNKNOWN' });
    const older = await hub.knowTest({ sequence: 2, issuedAt: NOW - 90, since: NOW - 9000 });
    const later = await hub.knowTest({ issuer: SICHUAN, sequence: 3, issuedAt: NOW - 5000, since: NOW - 8000, status: 'positive' });
    for (const { token, attestation } of [older, later]) tokens.set(`${attestation.issuer} ${String(attestation.sequence)}`, token);
    expect(await codes.verifyPerson({ document }, wanted, NOW)).toMatchObject({ verdict: { stated: 'positive', advice: 'local-procedure' }, token: later.token });
    expect(await show()).toMatchObject({ verdict: { status: '00' }, token: green.token });
  });

  it('prefers any statement that stands to a converted one whose source does not', async () => {
    const source = { issuer: SICHUAN, sequence: 1, issuedAt: NOW - 3600 } as const;
    const converted = await hub.know({ issuer: BEIJING, sequence: 2, source, issuedAt: NOW - 10 });
    const red = await hub.know({ issuer: SICHUAN, sequence: 4, status: '10' });
    for (const { token, attestation } of [converted, red]) tokens.set(`${attestation.issuer} ${String(attestation.sequence)}`, token);
    answer = () => Promise.resolve({ availability: 'available' });
    expect(await show()).toMatchObject({ verdict: { recognition: 'recognised', status: '10' }, token: red.token });
  });

  it('shows a conflict where two provinces have spoken differently', async () => {
    const green = await hub.know();
    const red = await hub.know({ issuer: SICHUAN, status: '10' });
    for (const { token, attestation } of [green, red]) tokens.set(`${attestation.issuer} 1`, token);
    answer = () => Promise.resolve({ availability: 'available' });
    const outcome = await show();
    expect(outcome.verdict.recognition).toBe('conflict');
    expect(outcome.conflicts).toHaveLength(1);
  });

  it('knows nobody of whom no province has spoken', async () => {
    answer = () => Promise.resolve({ availability: 'available' });
    expect(await show()).toMatchObject({ verdict: { recognition: 'no-status' }, errorCode: 'SUBJECT_UNKNOWN', availability: 'no-such-person' });
  });

  it('says so where the province that computes the reference cannot be reached', async () => {
    answer = () => Promise.reject(new HubError('ADAPTER_UNREACHABLE', 'down'));
    expect(await show()).toMatchObject({ verdict: { recognition: 'issuer-unreachable' }, askedProvince: BEIJING });
  });
});
