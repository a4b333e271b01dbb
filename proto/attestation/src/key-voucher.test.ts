import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { BEIJING, codeOfRejection, createSigner, GUIZHOU, signTexts, type Signer } from './attestation.fixture.js';
import { createKeyVoucher, verifyKeyVoucher } from './key-voucher.js';
import { createPossessionProof } from './possession-proof.js';
import { createKeyRing, generateProvinceKey, importProvinceKey } from './province-key.js';

const CHALLENGE = 'challenge-of-the-hub';
const KIDS = ['new-signing-key', 'new-encryption-key'];

let inUse: Signer;
let voucher: string;
const ringOf = (...signers: readonly Signer[]) => createKeyRing(signers.map(({ registered }) => registered));
const refusalOf = (text: string, { ring = ringOf(inUse), province = GUIZHOU, challenge = CHALLENGE, kids = KIDS } = {}) =>
  codeOfRejection(verifyKeyVoucher(text, ring, { province, challenge, kids }));

beforeAll(async () => {
  inUse = await createSigner(GUIZHOU);
  voucher = await createKeyVoucher(inUse.signing, GUIZHOU, CHALLENGE, KIDS);
});

describe('verifyKeyVoucher', () => {
  it('says which key vouched, of either algorithm', async () => {
    const edwards = await createSigner(GUIZHOU, 'Ed25519');
    const other = await createKeyVoucher(edwards.signing, GUIZHOU, CHALLENGE, KIDS);
    const terms = { province: GUIZHOU, challenge: CHALLENGE, kids: KIDS };
    expect(await verifyKeyVoucher(voucher, ringOf(inUse), terms)).toBe(inUse.signing.kid);
    expect(await verifyKeyVoucher(other, ringOf(inUse, edwards), terms)).toBe(edwards.signing.kid);
  });

  it('refuses a voucher for other keys, fewer, more, or in another order', async () => {
    for (const kids of [['another'], [], KIDS.slice(0, 1), [...KIDS, 'one-more'], [...KIDS].reverse()]) {
      expect(await refusalOf(voucher, { kids }), kids.join()).toBe('PROVINCE_KEY_INVALID');
    }
  });

  it('refuses a voucher that was seen before: under another challenge', async () => {
    expect(await refusalOf(voucher, { challenge: 'another-challenge' })).toBe('PROVINCE_KEY_INVALID');
  });

  it('refuses a key that is no longer, or was never, in use', async () => {
    const stranger = await createSigner(GUIZHOU);
    expect(await refusalOf(voucher, { ring: ringOf() })).toBe('PROVINCE_KEY_INVALID');
    expect(await refusalOf(await createKeyVoucher(stranger.signing, GUIZHOU, CHALLENGE, KIDS))).toBe('PROVINCE_KEY_INVALID');
  });

  it('refuses a key of another province, and a voucher for another province', async () => {
    const beijing = await createSigner(BEIJING);
    const ring = ringOf(inUse, beijing);
    expect(await refusalOf(await createKeyVoucher(beijing.signing, GUIZHOU, CHALLENGE, KIDS), { ring })).toBe('PROVINCE_KEY_INVALID');
    expect(await refusalOf(await createKeyVoucher(inUse.signing, BEIJING, CHALLENGE, KIDS), { ring })).toBe('PROVINCE_KEY_INVALID');
    expect(await refusalOf(voucher, { ring, province: BEIJING })).toBe('PROVINCE_KEY_INVALID');
  });

  it('refuses a key for encryption', async () => {
    const sealing = await importProvinceKey((await generateProvinceKey('enc')).publicJwk, GUIZHOU);
    expect(await codeOfRejection(verifyKeyVoucher(voucher, { find: () => sealing }, { province: GUIZHOU, challenge: CHALLENGE, kids: KIDS }))).toBe('PROVINCE_KEY_INVALID');
  });

  it('refuses a proof of possession of the same key for a voucher, and the right words under another type', async () => {
    const proof = await createPossessionProof(inUse.signing, GUIZHOU, CHALLENGE);
    expect(await refusalOf(proof, { kids: [inUse.signing.kid] })).toBe('PROVINCE_KEY_INVALID');
    for (const header of [{ typ: 'JWT' }, { typ: 'key-possession' }, { typ: 'key-voucher', alg: 'Ed25519' }]) {
      const whole = JSON.stringify({ alg: 'ES256', kid: inUse.signing.kid, ...header });
      expect(await refusalOf(await signTexts(whole, `${GUIZHOU}.${CHALLENGE}.${KIDS.join(',')}`, inUse.signing))).toBe('PROVINCE_KEY_INVALID');
    }
  });

  it('refuses every other text with its code, whatever it is', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ maxLength: 300 }), async (text) => {
      expect(await refusalOf(text)).toBe('PROVINCE_KEY_INVALID');
    }), { numRuns: 200 });
  });
});
