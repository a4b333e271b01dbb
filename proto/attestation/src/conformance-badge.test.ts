import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { BEIJING, codeOfRejection, createSigner, GUIZHOU, NOW, signTexts, type Signer } from './attestation.fixture.js';
import { signConformanceBadge, verifyConformanceBadge, type ConformanceBadge, type HubKey } from './conformance-badge.js';
import { signConformanceReport } from './conformance-report.js';
import { toCryptoKey } from './web-crypto.js';

const DAY = 86_400;

const sampleBadge = (changes: Partial<ConformanceBadge> = {}): ConformanceBadge => ({
  province: GUIZHOU,
  adapterVersion: '0.1.0',
  protocolVersion: 2,
  suiteVersion: '1',
  reportDigest: 'b'.repeat(64),
  iat: NOW,
  exp: NOW + 90 * DAY,
  ...changes,
});

let hub: Signer;
let keys: readonly HubKey[];
let token: string;
const asHubKey = ({ registered: { kid, algorithm, key } }: Signer): HubKey => ({ kid, algorithm: algorithm as HubKey['algorithm'], key: toCryptoKey(key) });
const refusalOf = (text: string, { province = GUIZHOU, now = NOW, known = keys } = {}) => codeOfRejection(verifyConformanceBadge(text, known, province, now));

beforeAll(async () => {
  // The hub is no province; its keys are of the same make.
  hub = await createSigner(GUIZHOU);
  keys = [asHubKey(hub)];
  token = await signConformanceBadge(sampleBadge(), hub.signing);
});

describe('verifyConformanceBadge', () => {
  it('gives back what the hub signed, by any of its keys', async () => {
    const next = await createSigner(GUIZHOU, 'Ed25519');
    expect(await verifyConformanceBadge(token, keys, GUIZHOU, NOW)).toEqual(sampleBadge());
    const renewed = await signConformanceBadge(sampleBadge(), next.signing);
    expect(await verifyConformanceBadge(renewed, [...keys, asHubKey(next)], GUIZHOU, NOW)).toEqual(sampleBadge());
  });

  it('refuses a badge from the second on in which it ends', async () => {
    const { exp } = sampleBadge();
    expect(await refusalOf(token, { now: exp - 1 })).toBe('nothing thrown');
    expect(await refusalOf(token, { now: exp })).toBe('CONFORMANCE_BADGE_EXPIRED');
    expect(await refusalOf(token, { now: exp + DAY })).toBe('CONFORMANCE_BADGE_EXPIRED');
  });

  it('refuses the badge of another province', async () => {
    expect(await refusalOf(token, { province: BEIJING })).toBe('CONFORMANCE_BADGE_INVALID');
  });

  it('refuses a badge by a key that is not the hub’s, that of the province included', async () => {
    const other = await createSigner(GUIZHOU);
    expect(await refusalOf(await signConformanceBadge(sampleBadge(), other.signing))).toBe('CONFORMANCE_BADGE_INVALID');
    expect(await refusalOf(token, { known: [] })).toBe('CONFORMANCE_BADGE_INVALID');
  });

  it('refuses a badge edited by hand', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const text = Buffer.from(payload, 'base64url').toString();
    for (const [from, to] of [['0.1.0', '0.1.1'], [`${NOW + 90 * DAY}`, `${NOW + 900 * DAY}`], [GUIZHOU, BEIJING]] as const) {
      const edited = `${header}.${Buffer.from(text.replace(from, to)).toString('base64url')}.${signature}`;
      for (const province of [GUIZHOU, BEIJING]) expect(await refusalOf(edited, { province }), to).toBe('CONFORMANCE_BADGE_INVALID');
    }
  });

  it('refuses a report of the hub’s key for a badge, and the right words under another type', async () => {
    const report = await signConformanceReport({ province: GUIZHOU, adapterVersion: '0.1.0', protocolVersion: 2, suiteVersion: '1', suiteDigest: 'b'.repeat(64), challenge: 'c'.repeat(22), startedAt: NOW, finishedAt: NOW, inputs: { ports: true, golden: [], unknownValues: 0, unknownAnswers: [], foreignCodes: 0, expiredAges: [], expiredCodes: 0 }, checks: [] }, hub.signing);
    expect(await refusalOf(report)).toBe('CONFORMANCE_BADGE_INVALID');
    for (const header of [{ typ: 'JWT' }, { typ: 'conformance-report+jwt' }, { alg: 'Ed25519' }, { kid: 'another' }]) {
      const whole = JSON.stringify({ alg: 'ES256', kid: hub.signing.kid, typ: 'conformance-badge+jwt', ...header });
      expect(await refusalOf(await signTexts(whole, JSON.stringify(sampleBadge()), hub.signing)), whole).toBe('CONFORMANCE_BADGE_INVALID');
    }
  });

  it.each([
    ['no JSON', '{'],
    ['a member too many', JSON.stringify({ ...sampleBadge(), admitted: true })],
    ['no end', JSON.stringify({ ...sampleBadge(), exp: undefined })],
    ['an end that is no number', JSON.stringify({ ...sampleBadge(), exp: '2099' })],
    ['no version', JSON.stringify(sampleBadge({ adapterVersion: '' }))],
  ])('refuses %s, though well signed', async (_what, payload) => {
    const header = JSON.stringify({ alg: 'ES256', kid: hub.signing.kid, typ: 'conformance-badge+jwt' });
    expect(await refusalOf(await signTexts(header, payload, hub.signing))).toBe('CONFORMANCE_BADGE_INVALID');
  });

  it('refuses every other text with its code, whatever it is', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ maxLength: 300 }), async (text) => {
      expect(await refusalOf(text)).toBe('CONFORMANCE_BADGE_INVALID');
    }), { numRuns: 200 });
  });
});
