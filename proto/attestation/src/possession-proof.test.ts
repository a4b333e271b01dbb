import { CompactSign } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  BEIJING,
  codeOf,
  codeOfRejection,
  createSigner,
  GUIZHOU,
  sampleClaims,
  testSalt,
  type Signer,
} from './attestation.fixture.js';
import { parseAttestation } from './parse-attestation.js';
import { createPossessionProof, verifyPossessionProof } from './possession-proof.js';
import { generateProvinceKey, importProvinceKey } from './province-key.js';
import { signAttestation } from './sign-attestation.js';

let signer: Signer;
let proof: string;

beforeAll(async () => {
  signer = await createSigner(GUIZHOU);
  proof = await createPossessionProof(signer.signing, GUIZHOU);
});

describe('verifyPossessionProof', () => {
  it('accepts a proof by the key itself, of either algorithm', async () => {
    const edwards = await createSigner(GUIZHOU, 'Ed25519');
    await expect(verifyPossessionProof(proof, signer.registered)).resolves.toBeUndefined();
    const other = await createPossessionProof(edwards.signing, GUIZHOU);
    await expect(verifyPossessionProof(other, edwards.registered)).resolves.toBeUndefined();
  });

  it('refuses a proof for another province, so that nobody registers the key of someone else', async () => {
    const claimed = { ...signer.registered, province: BEIJING };
    expect(await codeOfRejection(verifyPossessionProof(proof, claimed))).toBe('PROVINCE_KEY_INVALID');
  });

  it('refuses a proof by another key', async () => {
    const other = await createSigner(GUIZHOU);
    expect(await codeOfRejection(verifyPossessionProof(proof, other.registered))).toBe('PROVINCE_KEY_INVALID');
  });

  it('refuses an attestation for a proof, and a proof for an attestation', async () => {
    const { token } = await signAttestation(sampleClaims(), {}, signer.signing, testSalt);
    expect(await codeOfRejection(verifyPossessionProof(token, signer.registered))).toBe('PROVINCE_KEY_INVALID');
    expect(codeOf(() => parseAttestation(proof))).toBe('ATTESTATION_TYPE_UNSUPPORTED');
  });

  it('refuses the right words under another type', async () => {
    const { kid, key, algorithm } = signer.signing;
    const payload = new TextEncoder().encode(`${GUIZHOU}.${kid}`);
    const other = await new CompactSign(payload).setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' }).sign(key);
    expect(await codeOfRejection(verifyPossessionProof(other, signer.registered))).toBe('PROVINCE_KEY_INVALID');
  });

  it('refuses a key for encryption and anything that is no proof', async () => {
    const sealing = await importProvinceKey((await generateProvinceKey('enc')).publicJwk, GUIZHOU);
    expect(await codeOfRejection(verifyPossessionProof(proof, sealing))).toBe('PROVINCE_KEY_INVALID');
    for (const text of ['', 'a.b.c', `${proof}A`, proof.slice(0, -4)]) {
      expect(await codeOfRejection(verifyPossessionProof(text, signer.registered))).toBe('PROVINCE_KEY_INVALID');
    }
  });
});
