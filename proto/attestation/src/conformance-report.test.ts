import { CompactSign } from 'jose';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { BEIJING, codeOfRejection, createSigner, GUIZHOU, NOW, sampleClaims, signTexts, testSalt, type Signer } from './attestation.fixture.js';
import { signConformanceBadge } from './conformance-badge.js';
import { CONFORMANCE_GROUPS, signConformanceReport, verifyConformanceReport, type ConformanceCheck, type ConformanceReport } from './conformance-report.js';
import { createKeyRing, generateProvinceKey, importProvinceKey, type ProvinceKey } from './province-key.js';
import { createPossessionProof } from './possession-proof.js';
import { signAttestation } from './sign-attestation.js';

const check = (changes: Partial<ConformanceCheck> = {}): ConformanceCheck => ({ id: 'golden-records/code/green', group: 'golden-records', title: 'states what the local system states', outcome: 'passed', detail: '', ...changes });

const sampleReport = (changes: Partial<ConformanceReport> = {}): ConformanceReport => ({
  province: GUIZHOU,
  adapterVersion: '0.1.0',
  protocolVersion: 2,
  suiteVersion: '1',
  suiteDigest: 'a'.repeat(64),
  challenge: 'c'.repeat(22),
  startedAt: NOW,
  finishedAt: NOW + 20,
  inputs: { ports: true, golden: [{ name: 'green', expected: '00' }], unknownValues: 1, unknownAnswers: [], foreignCodes: 1, expiredAges: ['2d'], expiredCodes: 0 },
  checks: CONFORMANCE_GROUPS.map((group) => check({ id: `${group}/one`, group })),
  ...changes,
});

const REPORT_HEADER = (kid: string, changes: object = {}): string => JSON.stringify({ alg: 'ES256', kid, typ: 'conformance-report+jwt', ...changes });

let signer: Signer;
let token: string;
const ringOf = (...keys: readonly ProvinceKey[]) => createKeyRing(keys);
const refusalOf = (text: string, ring = ringOf(signer.registered)) => codeOfRejection(verifyConformanceReport(text, ring));

beforeAll(async () => {
  signer = await createSigner(GUIZHOU);
  token = await signConformanceReport(sampleReport(), signer.signing);
});

describe('verifyConformanceReport', () => {
  it('gives back what was signed, by a key of either algorithm', async () => {
    const edwards = await createSigner(GUIZHOU, 'Ed25519');
    expect(await verifyConformanceReport(token, ringOf(signer.registered))).toEqual(sampleReport());
    const other = await signConformanceReport(sampleReport(), edwards.signing);
    expect(await verifyConformanceReport(other, ringOf(edwards.registered, signer.registered))).toEqual(sampleReport());
  });

  it('refuses a report edited by hand: every outcome, number and text of it', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const text = Buffer.from(payload, 'base64url').toString();
    const edits: readonly (readonly [string, string])[] = [['"passed"', '"failed"'], ['0.1.0', '0.2.0'], [`${NOW}`, `${NOW + 1}`], [GUIZHOU, BEIJING], ['"c', '"d'], ['{', '{ ']];
    for (const [from, to] of edits) {
      const edited = text.replace(from, to);
      expect(edited).not.toBe(text);
      expect(await refusalOf(`${header}.${Buffer.from(edited).toString('base64url')}.${signature}`), `${from} → ${to}`).toBe('CONFORMANCE_REPORT_INVALID');
    }
  });

  it('refuses a report without the signature, or with that of another report', async () => {
    const other = await signConformanceReport(sampleReport({ finishedAt: NOW + 21 }), signer.signing);
    const [header, payload] = token.split('.');
    for (const signature of ['', 'AAAA', other.split('.')[2]]) expect(await refusalOf(`${header}.${payload}.${signature}`)).toBe('CONFORMANCE_REPORT_INVALID');
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', kid: signer.signing.kid, typ: 'conformance-report+jwt' })).toString('base64url');
    expect(await refusalOf(`${unsigned}.${payload}.`)).toBe('CONFORMANCE_REPORT_INVALID');
  });

  it('refuses a key that is not accepted, and one of another province', async () => {
    const stranger = await createSigner(GUIZHOU);
    expect(await refusalOf(token, ringOf(stranger.registered))).toBe('CONFORMANCE_REPORT_INVALID');
    expect(await refusalOf(token, ringOf())).toBe('CONFORMANCE_REPORT_INVALID');
    const beijing = await createSigner(BEIJING);
    const about = await signConformanceReport(sampleReport(), beijing.signing);
    expect(await refusalOf(about, ringOf(beijing.registered, signer.registered))).toBe('CONFORMANCE_REPORT_INVALID');
  });

  it('refuses a key for encryption under the id of the signer', async () => {
    const sealing = await importProvinceKey((await generateProvinceKey('enc')).publicJwk, GUIZHOU);
    expect(await refusalOf(token, { find: () => sealing })).toBe('CONFORMANCE_REPORT_INVALID');
  });

  it('refuses the right words under another type, and other words of the same key', async () => {
    const payload = JSON.stringify(sampleReport());
    const { kid } = signer.signing;
    for (const typ of ['JWT', 'conformance-badge+jwt', 'CONFORMANCE-REPORT+JWT', '']) {
      expect(await refusalOf(await signTexts(REPORT_HEADER(kid, { typ }), payload, signer.signing)), typ).toBe('CONFORMANCE_REPORT_INVALID');
    }
    const attestation = (await signAttestation(sampleClaims(), {}, signer.signing, testSalt)).token;
    expect(await refusalOf(attestation)).toBe('CONFORMANCE_REPORT_INVALID');
    expect(await refusalOf(await createPossessionProof(signer.signing, GUIZHOU))).toBe('CONFORMANCE_REPORT_INVALID');
    const badge = await signConformanceBadge({ province: GUIZHOU, adapterVersion: '0.1.0', protocolVersion: 2, suiteVersion: '1', reportDigest: 'a'.repeat(64), iat: NOW, exp: NOW + 1 }, signer.signing);
    expect(await refusalOf(badge)).toBe('CONFORMANCE_REPORT_INVALID');
  });

  it('takes the algorithm from the key, never from the header', async () => {
    const header = REPORT_HEADER(signer.signing.kid, { alg: 'Ed25519' });
    expect(await refusalOf(await signTexts(header, JSON.stringify(sampleReport()), signer.signing))).toBe('CONFORMANCE_REPORT_INVALID');
  });

  it.each([
    ['no JSON', '{'],
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['a list', '[]'],
    ['a member too many', JSON.stringify({ ...sampleReport(), passed: true })],
    ['a member too few', JSON.stringify({ ...sampleReport(), challenge: undefined })],
    ['no inputs', JSON.stringify({ ...sampleReport(), inputs: undefined })],
    ['more inputs than a report has lines for', JSON.stringify(sampleReport({ inputs: { ...sampleReport().inputs, unknownValues: 201 } }))],
    ['no checks', JSON.stringify(sampleReport({ checks: [] }))],
    ['too many checks', JSON.stringify(sampleReport({ checks: Array.from({ length: 2001 }, () => check()) }))],
    ['a group of its own', JSON.stringify(sampleReport({ checks: [check({ group: 'speed' as ConformanceCheck['group'] })] }))],
    ['an outcome of its own', JSON.stringify(sampleReport({ checks: [check({ outcome: 'nearly' as ConformanceCheck['outcome'] })] }))],
    ['a short challenge', JSON.stringify(sampleReport({ challenge: 'short' }))],
    ['a digest that is none', JSON.stringify(sampleReport({ suiteDigest: 'A'.repeat(64) }))],
    ['a division that is no province', JSON.stringify(sampleReport({ province: '520100' as ConformanceReport['province'] }))],
    ['half a second', JSON.stringify(sampleReport({ startedAt: NOW + 0.5 }))],
  ])('refuses %s, though well signed', async (_what, payload) => {
    expect(await refusalOf(await signTexts(REPORT_HEADER(signer.signing.kid), payload, signer.signing))).toBe('CONFORMANCE_REPORT_INVALID');
  });

  it('refuses every other text with its code, whatever it is', async () => {
    await fc.assert(fc.asyncProperty(fc.oneof(fc.string({ maxLength: 300 }), fc.constant('..'), fc.constant('')), async (text) => {
      expect(await refusalOf(text)).toBe('CONFORMANCE_REPORT_INVALID');
    }), { numRuns: 200 });
  });

  it('refuses every change of one character that changes what it says', async () => {
    const [header = '', payload = ''] = token.split('.');
    await fc.assert(fc.asyncProperty(fc.nat({ max: header.length + payload.length }), fc.constantFrom('A', 'B', 'w', 'z', '0', '9', '-', '_'), async (at, character) => {
      const changed = token.slice(0, at) + character + token.slice(at + 1);
      if (changed === token) return;
      expect(await refusalOf(changed)).toBe('CONFORMANCE_REPORT_INVALID');
    }), { numRuns: 200 });
  });

  it('quotes nothing of what it was given', async () => {
    const forged = await signTexts(REPORT_HEADER(signer.signing.kid), JSON.stringify({ ...sampleReport(), province: '测试甲' }), signer.signing);
    const error = await verifyConformanceReport(forged, ringOf(signer.registered)).catch((cause: unknown) => cause as Error);
    expect((error as Error).message).not.toContain('测试甲');
  });
});

describe('signConformanceReport', () => {
  it('signs under a type of its own', async () => {
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as object;
    expect(header).toEqual({ alg: 'ES256', kid: signer.signing.kid, typ: 'conformance-report+jwt' });
    const again = await new CompactSign(new TextEncoder().encode('{}')).setProtectedHeader({ alg: 'ES256', kid: signer.signing.kid, typ: 'conformance-report+jwt' }).sign(signer.signing.key);
    expect(await refusalOf(again)).toBe('CONFORMANCE_REPORT_INVALID');
  });
});
