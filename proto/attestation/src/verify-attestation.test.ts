import { beforeAll, describe, expect, it } from 'vitest';

import {
  BEIJING,
  codeOfRejection,
  createSigner,
  GUIZHOU,
  NOW,
  sampleClaims,
  testSalt,
  type Signer,
} from './attestation.fixture.js';
import { decodeBase64Url, encodeBase64Url } from './base64url.js';
import { parseAttestation } from './parse-attestation.js';
import {
  createKeyRing,
  generateProvinceKey,
  importProvinceKey,
  type ProvinceKey,
  type ProvinceKeyRing,
} from './province-key.js';
import { signAttestation, type SignedAttestation } from './sign-attestation.js';
import { verifyAttestation } from './verify-attestation.js';

/** Order n of P-256 (FIPS 186-4 D.1.2.3). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other signature that verifies: (r, n − s) for (r, s). Needs no key. */
function negateS(token: string): string {
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const bytes = decodeBase64Url(signature) ?? new Uint8Array();
  const s = bytes.slice(32).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const negated = (P256_ORDER - s).toString(16).padStart(64, '0');
  for (let index = 0; index < 32; index++) bytes[32 + index] = parseInt(negated.slice(index * 2, index * 2 + 2), 16);
  return `${header}.${payload}.${encodeBase64Url(bytes)}`;
}

let guizhou: Signer;
let beijing: Signer;
let edwards: Signer;
let ring: ProvinceKeyRing;
let signed: SignedAttestation;

beforeAll(async () => {
  [guizhou, beijing, edwards] = await Promise.all([
    createSigner(GUIZHOU),
    createSigner(BEIJING),
    createSigner(GUIZHOU, 'Ed25519'),
  ]);
  ring = createKeyRing([guizhou.registered, beijing.registered, edwards.registered]);
  signed = await signAttestation(sampleClaims(), { maskedName: '测*甲' }, guizhou.signing, testSalt);
});

const verify = (text: string, keys = ring, now = NOW) => verifyAttestation(parseAttestation(text), keys, now);

/** A ring that finds this key for any thumbprint. */
const ringOf = (key: ProvinceKey): ProvinceKeyRing => ({ find: () => key });

describe('verifyAttestation', () => {
  it('accepts a token of ES256 and of Ed25519', async () => {
    const other = await signAttestation(sampleClaims(), {}, edwards.signing, testSalt);
    expect((await verify(signed.token)).attestation).toEqual(signed.attestation);
    expect((await verify(other.token)).attestation).toEqual(other.attestation);
    expect(await verify(signed.token)).not.toHaveProperty('maskedName');
  });

  it('accepts an expired attestation: its truth does not expire, the verdict says the rest', async () => {
    expect((await verify(signed.token, ring, NOW + 365 * 86_400)).attestation.sequence).toBe(1234);
  });

  it('refuses a key that is not registered', async () => {
    expect(await codeOfRejection(verify(signed.token, createKeyRing([beijing.registered])))).toBe('ATTESTATION_KEY_UNKNOWN');
  });

  it('refuses a key of another province', async () => {
    const foreign = await signAttestation(sampleClaims(), {}, beijing.signing, testSalt);
    expect(await codeOfRejection(verify(foreign.token))).toBe('ATTESTATION_KEY_FOREIGN');
  });

  it('refuses a key for encryption', async () => {
    const { publicJwk } = await generateProvinceKey('enc');
    const sealing = await importProvinceKey(publicJwk, GUIZHOU);
    expect(await codeOfRejection(verify(signed.token, ringOf(sealing)))).toBe('ATTESTATION_KEY_USE_INVALID');
  });

  it('refuses an algorithm that is not the one the key is registered for', async () => {
    expect(await codeOfRejection(verify(signed.token, ringOf(edwards.registered)))).toBe('ATTESTATION_ALGORITHM_MISMATCH');
  });

  it('refuses what was issued since the key may be in other hands, and keeps what was issued before', async () => {
    const from = (revokedFrom: number) => ringOf({ ...guizhou.registered, revokedFrom, notAfter: NOW - 1 });
    expect(await codeOfRejection(verify(signed.token, from(NOW)))).toBe('ATTESTATION_KEY_REVOKED');
    expect((await verify(signed.token, ringOf({ ...guizhou.registered, revokedFrom: NOW + 1 }))).kid).toBe(guizhou.registered.kid);
    expect(await codeOfRejection(verify(signed.token, from(NOW + 1)))).toBe('ATTESTATION_KEY_EXPIRED');
  });

  it('refuses what was issued after the key had expired, and keeps what was issued before', async () => {
    const atEnd = ringOf({ ...guizhou.registered, notAfter: NOW });
    const afterEnd = ringOf({ ...guizhou.registered, notAfter: NOW - 1 });
    expect((await verify(signed.token, atEnd, NOW + 86_400)).attestation.sequence).toBe(1234);
    expect(await codeOfRejection(verify(signed.token, afterEnd))).toBe('ATTESTATION_KEY_EXPIRED');
  });

  it('refuses a signature of another key of the same province', async () => {
    const other = await createSigner(GUIZHOU);
    expect(await codeOfRejection(verify(signed.token, ringOf(other.registered)))).toBe('ATTESTATION_SIGNATURE_INVALID');
  });

  it('refuses a changed payload, header or signature', async () => {
    const other = await signAttestation(sampleClaims({ status: '10' }), {}, guizhou.signing, testSalt);
    const [header, payload, signature] = signed.token.split('.') as [string, string, string];
    const [, otherPayload, otherSignature] = other.token.split('.') as [string, string, string];
    const headerOfOther = (await signAttestation(sampleClaims(), {}, edwards.signing, testSalt)).token.split('.')[0] ?? '';
    for (const text of [
      `${header}.${otherPayload}.${signature}`,
      `${header}.${payload}.${otherSignature}`,
      `${headerOfOther}.${payload}.${signature}`,
      `${header}.${payload}.AAAA`,
    ]) {
      expect(await codeOfRejection(verify(text))).toBe('ATTESTATION_SIGNATURE_INVALID');
    }
  });

  it('refuses what is issued in the future, with the tolerance of two clocks', async () => {
    expect((await verify(signed.token, ring, NOW - 120)).attestation.sequence).toBe(1234);
    expect(await codeOfRejection(verify(signed.token, ring, NOW - 121))).toBe('ATTESTATION_ISSUED_IN_FUTURE');
    expect(await codeOfRejection(verify(signed.token, ring, NOW - 600))).toBe('ATTESTATION_ISSUED_IN_FUTURE');
    expect(await codeOfRejection(verify(signed.token, ring, Number.NaN))).toBe('ATTESTATION_ISSUED_IN_FUTURE');
  });

  it('keeps a token rewritten with n − s the same attestation', async () => {
    const rewritten = negateS(signed.token);
    expect(rewritten).not.toBe(signed.token);
    const [first, second] = [await verify(signed.token), await verify(rewritten)];
    expect(second.attestation).toEqual(first.attestation);
    expect([second.attestation.issuer, second.attestation.sequence]).toEqual([GUIZHOU, 1234]);
    expect(second.contentDigest).toEqual(first.contentDigest);
  });

  it('gives other content another digest', async () => {
    const other = await signAttestation(sampleClaims({ status: '10' }), {}, guizhou.signing, testSalt);
    expect((await verify(other.token)).contentDigest).not.toEqual((await verify(signed.token)).contentDigest);
  });
});

describe('verifyAttestation, what the holder discloses', () => {
  const disclose = (text: string): string => encodeBase64Url(new TextEncoder().encode(text));

  it('accepts the masked name', async () => {
    expect((await verify(signed.presentation)).maskedName).toBe('测*甲');
    expect((await verify(signed.presentation)).token).toBe(signed.token);
  });

  it('keeps the name out of the token', () => {
    expect(signed.presentation.startsWith(`${signed.token}~`)).toBe(true);
    expect(new TextDecoder().decode(parseAttestation(signed.token).payload)).not.toContain('测*甲');
  });

  it('refuses another name, the same name with another salt, and what cannot be read', async () => {
    for (const disclosure of [
      disclose(JSON.stringify([testSalt(), 'masked_name', '测*乙'])),
      disclose(JSON.stringify(['b3RoZXItc2FsdC1vdGhlcg', 'masked_name', '测*甲'])),
      disclose(JSON.stringify([testSalt(), '测*甲'])),
      disclose('[]'),
      disclose('null'),
      disclose('not JSON'),
    ]) {
      expect(await codeOfRejection(verify(`${signed.token}~${disclosure}~`))).toBe('ATTESTATION_DISCLOSURE_INVALID');
    }
  });

  it('refuses a disclosure shown twice, or of another attestation', async () => {
    const [, disclosure = ''] = signed.presentation.split('~');
    const other = await signAttestation(sampleClaims({ sequence: 1235 }), {}, guizhou.signing, testSalt);
    for (const text of [`${signed.token}~${disclosure}~${disclosure}~`, `${other.token}~${disclosure}~`]) {
      expect(await codeOfRejection(verify(text))).toBe('ATTESTATION_DISCLOSURE_INVALID');
    }
  });
});
