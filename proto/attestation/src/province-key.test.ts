import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';

import { codeOfRejection, GUIZHOU, without } from './attestation.fixture.js';
import {
  createKeyRing,
  generateProvinceKey,
  importProvinceKey,
  importSigningKey,
  importUnsealingKey,
  type GeneratedProvinceKey,
} from './province-key.js';

let es256: GeneratedProvinceKey;
let ed25519: GeneratedProvinceKey;
let sealing: GeneratedProvinceKey;

beforeAll(async () => {
  es256 = await generateProvinceKey('sig');
  ed25519 = await generateProvinceKey('sig', 'Ed25519');
  sealing = await generateProvinceKey('enc');
});

const importCode = (jwk: unknown) => codeOfRejection(importProvinceKey(jwk, GUIZHOU));

describe('importProvinceKey', () => {
  it('accepts what generateProvinceKey makes, under its RFC 7638 thumbprint', async () => {
    for (const [generated, use, algorithm] of [
      [es256, 'sig', 'ES256'],
      [ed25519, 'sig', 'Ed25519'],
      [sealing, 'enc', 'ECDH-ES'],
    ] as const) {
      const key = await importProvinceKey(generated.publicJwk, GUIZHOU);
      expect(key).toMatchObject({ use, algorithm, province: GUIZHOU, kid: await calculateJwkThumbprint(generated.publicJwk) });
      expect(key).not.toHaveProperty('notAfter');
    }
  });

  it('accepts a key without kid and computes it', async () => {
    const { kid, ...rest } = es256.publicJwk;
    expect((await importProvinceKey(rest, GUIZHOU)).kid).toBe(kid);
  });

  it('keeps the expiry the key was registered with', async () => {
    expect((await importProvinceKey({ ...es256.publicJwk, exp: 1_800_000_000 }, GUIZHOU)).notAfter).toBe(1_800_000_000);
  });

  it('refuses another kid than the thumbprint', async () => {
    expect(await importCode({ ...es256.publicJwk, kid: ed25519.publicJwk.kid })).toBe('PROVINCE_KEY_INVALID');
    expect(await importCode({ ...es256.publicJwk, kid: 'key-1' })).toBe('PROVINCE_KEY_INVALID');
  });

  it('refuses private and symmetric members', async () => {
    for (const { privateJwk } of [es256, ed25519, sealing]) {
      expect(await importCode(privateJwk)).toBe('PROVINCE_KEY_INVALID');
    }
    expect(await importCode({ kty: 'oct', k: 'AAAA', use: 'sig', alg: 'HS256' })).toBe('PROVINCE_KEY_INVALID');
    expect(await importCode({ ...es256.publicJwk, k: 'AAAA' })).toBe('PROVINCE_KEY_INVALID');
  });

  it('never quotes a key in its message', async () => {
    const rejected = importProvinceKey(es256.privateJwk, GUIZHOU);
    await expect(rejected).rejects.not.toThrow(es256.privateJwk.d);
  });

  it('refuses a missing, wrong or swapped use or algorithm', async () => {
    const algorithms = ['ES384', 'EdDSA', 'Ed25519', 'ECDH-ES', 'none'];
    const others = [{ use: 'enc' }, ...algorithms.map((alg) => ({ alg }))].map((change) => ({ ...es256.publicJwk, ...change }));
    const missing = ['use', 'alg', 'kty', 'crv'].map((member) => without(es256.publicJwk, member));
    for (const jwk of [...missing, ...others, { ...sealing.publicJwk, use: 'sig' }]) {
      expect(await importCode(jwk)).toBe('PROVINCE_KEY_INVALID');
    }
  });

  it('refuses other curves and kinds of key', async () => {
    const foreign = async (algorithm: string): Promise<JWK> =>
      exportJWK((await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 })).publicKey);
    for (const algorithm of ['ES384', 'ES512', 'RS256']) {
      const jwk = await foreign(algorithm);
      for (const alg of [algorithm, 'ES256']) {
        expect(await importCode({ ...jwk, use: 'sig', alg })).toBe('PROVINCE_KEY_INVALID');
      }
    }
  });

  it('refuses a point that is not on the curve, and a coordinate in another encoding', async () => {
    const { x = '', y = '' } = es256.publicJwk;
    const rest = without(es256.publicJwk, 'kid');
    for (const point of [{ x: y, y: x }, { x, y: 'A'.repeat(43) }, { x: `${x}=`, y }, { x: `AA${x}`, y }, { x, y: '' }]) {
      expect(await importCode({ ...rest, ...point })).toBe('PROVINCE_KEY_INVALID');
    }
  });

  for (const other of [null, undefined, 1, 'key', [], {}]) {
    it(`refuses ${JSON.stringify(other)}`, async () => {
      expect(await importCode(other)).toBe('PROVINCE_KEY_INVALID');
    });
  }
});

describe('importSigningKey and importUnsealingKey', () => {
  it('accept the private half for its use alone', async () => {
    expect((await importSigningKey(es256.privateJwk)).kid).toBe(es256.publicJwk.kid);
    expect((await importSigningKey(ed25519.privateJwk)).algorithm).toBe('Ed25519');
    expect((await importUnsealingKey(sealing.privateJwk)).kid).toBe(sealing.publicJwk.kid);
  });

  it('refuse a public half, another use and another kid', async () => {
    for (const jwk of [es256.publicJwk, sealing.privateJwk, { ...es256.privateJwk, kid: 'other' }, null]) {
      expect(await codeOfRejection(importSigningKey(jwk))).toBe('PROVINCE_KEY_INVALID');
    }
    for (const jwk of [sealing.publicJwk, es256.privateJwk]) {
      expect(await codeOfRejection(importUnsealingKey(jwk))).toBe('PROVINCE_KEY_INVALID');
    }
  });
});

describe('createKeyRing', () => {
  it('finds exactly its keys', async () => {
    const key = await importProvinceKey(es256.publicJwk, GUIZHOU);
    const ring = createKeyRing([key]);
    expect(ring.find(key.kid)).toBe(key);
    expect(ring.find('__proto__')).toBeUndefined();
    expect(ring.find('')).toBeUndefined();
  });
});
