import { createPossessionProof, generateProvinceKey, importSigningKey, parseProvinceCode, type GeneratedProvinceKey } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkKeys, type KeyExpectation, type KeyHolder, type KeyReview, type SubmittedKey } from './check-key.js';
import type { CheckOutcome } from './check.js';

const GUIZHOU = parseProvinceCode('520000');
const NOW = 1_800_000_000;
const DAY = 86_400;
const CHALLENGE = 'c'.repeat(43);
const { KEY_USE_SIGNATURE: SIG, KEY_USE_ENCRYPTION: ENC } = v1.KeyUse;

let signing: GeneratedProvinceKey;
let sealing: GeneratedProvinceKey;
let proof: string;

beforeAll(async () => {
  [signing, sealing] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('enc')]);
  proof = await createPossessionProof(await importSigningKey(signing.privateJwk), GUIZHOU, CHALLENGE);
});

const expectation = (holders: readonly (KeyHolder & { readonly of: string })[] = []): KeyExpectation => ({
  province: GUIZHOU,
  challenge: CHALLENGE,
  now: NOW,
  findHolders: () => Promise.resolve(new Map([...new Set(holders.map(({ of }) => of))].map((kid) => [kid, holders.filter(({ of }) => of === kid)]))),
});
const sig = (changed: object = {}): SubmittedKey => ({ jwk: JSON.stringify({ ...signing.publicJwk, ...changed }), use: SIG, proof });
const enc = (changed: object = {}): SubmittedKey => ({ jwk: JSON.stringify({ ...sealing.publicJwk, ...changed }), use: ENC });
const having = ({ checks }: KeyReview, outcome: CheckOutcome): readonly string[] => checks.filter((check) => check.outcome === outcome).map(({ subject, name }) => `${subject} ${name}`);

describe('checkKeys', () => {
  it('passes keys of both uses, with one result per check', async () => {
    const review = await checkKeys([sig(), enc()], expectation());
    expect(having(review, 'failed')).toEqual([]);
    expect(having(review, 'passed')).toEqual([
      ...['form', 'curve', 'size', 'usage', 'validity', 'key-id', 'known-bad', 'duplicate', 'possession'].map((name) => `keys[0] ${name}`),
      ...['form', 'curve', 'size', 'usage', 'validity', 'key-id', 'known-bad', 'duplicate'].map((name) => `keys[1] ${name}`),
    ]);
    expect(review.keys?.map(({ kid, use }) => [kid, use])).toEqual([[signing.publicJwk.kid, 'sig'], [sealing.publicJwk.kid, 'enc']]);
  });

  it('passes Ed25519, and a key that ends within 400 days', async () => {
    const other = await generateProvinceKey('sig', 'Ed25519');
    const otherProof = await createPossessionProof(await importSigningKey(other.privateJwk), GUIZHOU, CHALLENGE);
    expect(having(await checkKeys([{ jwk: JSON.stringify({ ...other.publicJwk, exp: NOW + 400 * DAY }), use: SIG, proof: otherProof }], expectation()), 'failed')).toEqual([]);
  });

  it.each<[string, readonly string[], () => SubmittedKey]>([
    ['is no JSON', ['form'], () => ({ jwk: '{', use: SIG })],
    ['is an array', ['form'], () => ({ jwk: '[]', use: SIG })],
    ['holds its private half', ['form'], () => sig({ d: signing.privateJwk.d })],
    ['holds a certificate', ['form'], () => sig({ x5c: ['x'] })],
    ['has numbers for coordinates', ['form'], () => sig({ x: 1 })],
    ['is too long', ['form'], () => sig({ x: 'A'.repeat(5000) })],
    ['is RSA', ['curve', 'usage'], () => ({ jwk: JSON.stringify({ kty: 'RSA', use: 'sig', alg: 'RS256' }), use: SIG })],
    ['is on P-384', ['curve', 'usage'], () => sig({ crv: 'P-384', alg: 'ES384' })],
    ['is X25519', ['curve', 'usage'], () => ({ jwk: JSON.stringify({ kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43), use: 'enc', alg: 'ECDH-ES' }), use: ENC })],
    ['has a short coordinate', ['size'], () => sig({ y: 'AAAA' })],
    ['is no point of its curve', ['size'], () => sig({ y: signing.publicJwk.x })],
    ['is stated for another use', ['usage'], () => ({ ...enc(), use: SIG })],
    ['is stated for no use', ['usage'], () => ({ ...sig(), use: v1.KeyUse.KEY_USE_UNSPECIFIED })],
    ['signs with an algorithm to encrypt', ['usage'], () => sig({ alg: 'ECDH-ES' })],
    ['has ended', ['validity'], () => sig({ exp: NOW })],
    ['ends in 401 days', ['validity'], () => sig({ exp: NOW + 401 * DAY })],
    ['ends at no moment', ['validity'], () => sig({ exp: 'tomorrow' })],
    ['has another key’s id', ['key-id'], () => sig({ kid: sealing.publicJwk.kid })],
    ['has no proof', ['possession'], () => ({ ...sig(), proof: '' })],
    ['has a proof that says nothing', ['possession'], () => ({ ...sig(), proof: 'a.b.c' })],
  ])('fails a key that %s', async (_, names, make) => {
    const review = await checkKeys([make()], expectation());
    expect(having(review, 'failed').filter((check) => !check.endsWith('duplicate'))).toEqual(names.map((name) => `keys[0] ${name}`));
    expect(review.keys).toBeUndefined();
  });

  it('fails a proof over another challenge, of another province or by another key', async () => {
    const key = await importSigningKey(signing.privateJwk);
    const other = await importSigningKey((await generateProvinceKey('sig')).privateJwk);
    const proofs = [
      await createPossessionProof(key, GUIZHOU),
      await createPossessionProof(key, GUIZHOU, 'd'.repeat(43)),
      await createPossessionProof(key, parseProvinceCode('110000'), CHALLENGE),
      await createPossessionProof({ ...other, kid: key.kid }, GUIZHOU, CHALLENGE),
    ];
    for (const wrong of proofs) expect(having(await checkKeys([{ ...sig(), proof: wrong }], expectation()), 'failed')).toEqual(['keys[0] possession']);
  });

  it('fails keys that everybody knows', async () => {
    const keys = [
      { kty: 'EC', crv: 'P-256', x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4', y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM', use: 'enc', alg: 'ECDH-ES' },
      { kty: 'EC', crv: 'P-256', x: 'Ze2loSV3wrroKUN_4zhwGhCqo3Xhu1td4QjeQ5wIVR0', y: 'HlLtdXARY_f55A3fnzQbPcm6hgr34Mp8p-nuzQCE0Zw', use: 'enc', alg: 'ECDH-ES' },
    ];
    for (const key of keys) expect(having(await checkKeys([{ jwk: JSON.stringify(key), use: ENC }], expectation()), 'failed')).toEqual(['keys[0] known-bad']);
    const ed25519 = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', use: 'sig', alg: 'Ed25519' };
    const smallOrder = { ...ed25519, x: Buffer.from(`01${'00'.repeat(31)}`, 'hex').toString('base64url') };
    for (const key of [ed25519, smallOrder]) expect(having(await checkKeys([{ jwk: JSON.stringify(key), use: SIG, proof }], expectation()), 'failed')).toContain('keys[0] known-bad');
  });

  it('fails a key that is submitted twice, also for two uses', async () => {
    expect(having(await checkKeys([sig(), sig()], expectation()), 'failed')).toEqual(['keys[0] duplicate', 'keys[1] duplicate']);
    const both = { ...sealing.publicJwk, use: 'sig', alg: 'ES256' };
    expect(having(await checkKeys([{ jwk: JSON.stringify(both), use: SIG, proof }, enc()], expectation()), 'failed')).toEqual(['keys[0] duplicate', 'keys[0] possession', 'keys[1] duplicate']);
  });

  it.each<[string, KeyHolder, readonly string[]]>([
    ['another province has', { province: '110000', as: 'accepted', use: 'sig' }, ['keys[0] duplicate']],
    ['another province had', { province: '110000', as: 'former', use: 'sig' }, ['keys[0] duplicate']],
    ['a certificate of its own province has', { province: '520000', as: 'certificate', use: null }, ['keys[0] duplicate']],
    ['its own province gave up', { province: '520000', as: 'former', use: 'sig' }, ['keys[0] duplicate']],
    ['its own province has', { province: '520000', as: 'accepted', use: 'sig' }, []],
    ['its own province has to encrypt to', { province: '520000', as: 'accepted', use: 'enc' }, ['keys[0] duplicate']],
  ])('fails or passes a key that %s', async (_, holder, failed) => {
    expect(having(await checkKeys([sig()], expectation([{ ...holder, of: signing.publicJwk.kid ?? '' }])), 'failed')).toEqual(failed);
  });

  it('wants 1 to 16 keys', async () => {
    expect(having(await checkKeys([], expectation()), 'failed')).toEqual(['keys size']);
    expect(having(await checkKeys(Array.from({ length: 17 }, () => enc()), expectation()), 'failed')).toEqual(['keys size']);
  });

  it('never throws for what is submitted, and accepts nothing by chance', async () => {
    const jwk = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ kty: fc.constantFrom('EC', 'OKP', 'oct'), crv: fc.constantFrom('P-256', 'Ed25519', '__proto__'), x: fc.base64String(), y: fc.base64String(), use: fc.string(), alg: fc.string(), exp: fc.anything() }, { requiredKeys: [] }).map((key) => JSON.stringify(key)),
    );
    const key = fc.record({ jwk, use: fc.constantFrom(SIG, ENC, 99 as v1.KeyUse), proof: fc.string() });
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 3 }), async (keys) => {
        const review = await checkKeys(keys, expectation());
        expect(review.keys).toBeUndefined();
        expect(having(review, 'failed').length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
