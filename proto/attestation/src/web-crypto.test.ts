import { importJWK, type CryptoKey } from 'jose';
import { describe, expect, it } from 'vitest';

import { decodeBase64Url } from './base64url.js';
import { codeOf } from './attestation.fixture.js';
import { parseAttestation } from './parse-attestation.js';
import { RFC_7515_A3, RFC_7520, RFC_8037_A4 } from './rfc-vectors.fixture.js';
import { verifySignature } from './web-crypto.js';

const bytes = (text: string): Uint8Array => decodeBase64Url(text) ?? new Uint8Array();
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const VECTORS = [
  { name: 'RFC 7515 A.3', algorithm: 'ES256', ...RFC_7515_A3 },
  { name: 'RFC 8037 A.4', algorithm: 'Ed25519', ...RFC_8037_A4 },
] as const;

describe('verifySignature', () => {
  for (const { name, algorithm, jwk, signingInput, signature } of VECTORS) {
    const key = (): Promise<CryptoKey> => importJWK(jwk, algorithm);

    it(`accepts the signature of ${name}`, async () => {
      expect(await verifySignature(algorithm, await key(), ascii(signingInput), bytes(signature))).toBe(true);
    });

    it(`refuses the signature of ${name} over another text`, async () => {
      expect(await verifySignature(algorithm, await key(), ascii(`${signingInput}A`), bytes(signature))).toBe(false);
    });

    it(`refuses every one-bit change of the signature of ${name}`, async () => {
      const original = bytes(signature);
      for (let bit = 0; bit < original.length * 8; bit++) {
        const changed = original.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await verifySignature(algorithm, await key(), ascii(signingInput), changed)).toBe(false);
      }
    });

    it(`refuses the signature of ${name} cut short, lengthened, empty or all zero`, async () => {
      const original = bytes(signature);
      const others = [original.slice(0, 63), new Uint8Array([...original, 0]), new Uint8Array(), new Uint8Array(64)];
      for (const other of others) {
        expect(await verifySignature(algorithm, await key(), ascii(signingInput), other)).toBe(false);
      }
    });
  }

  it('refuses a key of another algorithm', async () => {
    const key = await importJWK(RFC_8037_A4.jwk, 'Ed25519');
    const { signingInput, signature } = RFC_7515_A3;
    expect(await verifySignature('ES256', key, ascii(signingInput), bytes(signature))).toBe(false);
  });
});

describe('parseAttestation, tokens of the JOSE cookbook', () => {
  for (const { section, algorithm, token } of RFC_7520) {
    it(`refuses RFC 7520 ${section} for its algorithm, ${algorithm}`, () => {
      expect(codeOf(() => parseAttestation(token))).toBe('ATTESTATION_ALGORITHM_UNSUPPORTED');
    });
  }

  it('refuses RFC 8037 A.4 for its polymorphic algorithm name (RFC 9864)', () => {
    const { signingInput, signature } = RFC_8037_A4;
    expect(codeOf(() => parseAttestation(`${signingInput}.${signature}`))).toBe('ATTESTATION_ALGORITHM_UNSUPPORTED');
  });
});
