import { CompactEncrypt } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';

import { codeOfRejection, createSigner, GUIZHOU } from './attestation.fixture.js';
import {
  generateProvinceKey,
  importProvinceKey,
  importUnsealingKey,
  type ProvinceKey,
  type SealedKey,
} from './province-key.js';
import { openSealed, openWithSecret, SEALED_PAYLOAD_MAX_BYTES, sealFor, sealWithSecret } from './sealed-payload.js';
import { toCryptoKey } from './web-crypto.js';

const plaintext = new TextEncoder().encode('{"name":"测试甲"}');
const secret = new Uint8Array(32).fill(9);

let publicKey: ProvinceKey;
let privateKey: SealedKey;

beforeAll(async () => {
  const generated = await generateProvinceKey('enc');
  publicKey = await importProvinceKey(generated.publicJwk, GUIZHOU);
  privateKey = await importUnsealingKey(generated.privateJwk);
});

describe('sealFor and openSealed', () => {
  it('give back what was sealed, and seal the same text differently each time', async () => {
    const [first, second] = [await sealFor(publicKey, plaintext), await sealFor(publicKey, plaintext)];
    expect(first).not.toBe(second);
    expect(await openSealed(first, privateKey)).toEqual(plaintext);
  });

  it('name the key and nothing personal in the header', async () => {
    const [header = ''] = (await sealFor(publicKey, plaintext)).split('.');
    const parsed = JSON.parse(atob(header.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown>;
    expect(Object.keys(parsed).sort()).toEqual(['alg', 'enc', 'epk', 'kid']);
    expect(parsed['kid']).toBe(publicKey.kid);
  });

  it('refuse a signing key', async () => {
    const { registered } = await createSigner(GUIZHOU);
    expect(await codeOfRejection(sealFor(registered, plaintext))).toBe('PROVINCE_KEY_INVALID');
  });

  it('refuse a payload sealed for another key', async () => {
    const other = await importUnsealingKey((await generateProvinceKey('enc')).privateJwk);
    const jwe = await sealFor(publicKey, plaintext);
    expect(await codeOfRejection(openSealed(jwe, other))).toBe('SEALED_PAYLOAD_INVALID');
    expect(await codeOfRejection(openSealed(jwe, { ...other, kid: publicKey.kid }))).toBe('SEALED_PAYLOAD_INVALID');
  });

  it('refuse any changed segment', async () => {
    const segments = (await sealFor(publicKey, plaintext)).split('.');
    for (const index of [0, 2, 3, 4]) {
      const changed = segments.map((text, at) => (at === index ? (text.startsWith('A') ? 'B' : 'A') + text.slice(1) : text));
      expect(await codeOfRejection(openSealed(changed.join('.'), privateKey))).toBe('SEALED_PAYLOAD_INVALID');
    }
  });

  it('refuse other algorithms and header members, and a missing kid', async () => {
    const headers = [
      { alg: 'ECDH-ES', enc: 'A128GCM', kid: publicKey.kid },
      { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: publicKey.kid },
      { alg: 'ECDH-ES', enc: 'A256GCM', kid: publicKey.kid, cty: 'JWT' },
      { alg: 'ECDH-ES', enc: 'A256GCM' },
    ];
    for (const header of headers) {
      const jwe = await new CompactEncrypt(plaintext).setProtectedHeader(header).encrypt(toCryptoKey(publicKey.key));
      expect(await codeOfRejection(openSealed(jwe, privateKey))).toBe('SEALED_PAYLOAD_INVALID');
    }
  });

  it('refuse what is no JWE or too large', async () => {
    for (const text of ['', 'a.b.c.d.e', '{}', 'A'.repeat(SEALED_PAYLOAD_MAX_BYTES + 1)]) {
      expect(await codeOfRejection(openSealed(text, privateKey))).toBe('SEALED_PAYLOAD_INVALID');
    }
  });
});

describe('sealWithSecret and openWithSecret', () => {
  it('give back what was sealed', async () => {
    expect(await openWithSecret(await sealWithSecret(secret, plaintext), secret)).toEqual(plaintext);
  });

  it('refuse another secret, a secret of another length and a payload sealed for a key', async () => {
    const jwe = await sealWithSecret(secret, plaintext);
    expect(await codeOfRejection(openWithSecret(jwe, new Uint8Array(32)))).toBe('SEALED_PAYLOAD_INVALID');
    expect(await codeOfRejection(openWithSecret(jwe, new Uint8Array(16)))).toBe('SEALED_PAYLOAD_INVALID');
    expect(await codeOfRejection(sealWithSecret(new Uint8Array(31), plaintext))).toBe('SEALED_PAYLOAD_INVALID');
    expect(await codeOfRejection(openWithSecret(await sealFor(publicKey, plaintext), secret))).toBe('SEALED_PAYLOAD_INVALID');
  });
});
