import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify as verifyWithNode } from 'node:crypto';
import { generateProvinceKey, importProvinceKey, parseProvinceCode, WEB_CRYPTO, type ProvinceKey, type PublicPointJwk, type SignatureAlgorithm } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { NODE_SIGNATURES } from './node-signatures.js';

const GUIZHOU = parseProvinceCode('520000');
const INPUT = new TextEncoder().encode('what was signed');
/** Of P-256 (FIPS 186-5, SP 800-186 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const pairOf = (algorithm: SignatureAlgorithm) => (algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519'));

function makeSigner(algorithm: SignatureAlgorithm) {
  const { publicKey, privateKey } = pairOf(algorithm);
  const jwk = publicKey.export({ format: 'jwk' }) as unknown as PublicPointJwk;
  const hash = algorithm === 'ES256' ? 'sha256' : null;
  return { jwk, hash, privateKey, sign: (input = INPUT) => new Uint8Array(sign(hash, input, { key: privateKey, dsaEncoding: 'ieee-p1363' })) };
}

/** What both say, which has to be the same. */
async function verifyByBoth(algorithm: SignatureAlgorithm, jwk: PublicPointJwk, input: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const [ours, web] = await Promise.all([NODE_SIGNATURES, WEB_CRYPTO].map(async (platform) => platform.verify(algorithm, await platform.importKey(jwk, algorithm), input, signature)));
  expect(ours).toBe(web);
  return ours === true;
}

/** Hundreds of signatures, each looked at twice: on a busy machine a while. */
const PATIENCE = { timeout: 60_000 };

describe.each(['ES256', 'Ed25519'] as const)('NODE_SIGNATURES, of %s', PATIENCE, (algorithm) => {
  const signer = makeSigner(algorithm);

  it('takes what was signed, and not another text or key', async () => {
    const signature = signer.sign();
    expect(await verifyByBoth(algorithm, signer.jwk, INPUT, signature)).toBe(true);
    expect(await verifyByBoth(algorithm, signer.jwk, new Uint8Array(), signature)).toBe(false);
    expect(await verifyByBoth(algorithm, makeSigner(algorithm).jwk, INPUT, signature)).toBe(false);
  });

  it('says so at once', async () => {
    expect(NODE_SIGNATURES.verify(algorithm, await NODE_SIGNATURES.importKey(signer.jwk, algorithm), INPUT, signer.sign())).toBe(true);
  });

  it('refuses every one-bit change of a signature', async () => {
    const signature = signer.sign();
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const changed = signature.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await verifyByBoth(algorithm, signer.jwk, INPUT, changed)).toBe(false);
    }
  });

  it('refuses any other bytes, of any length', async () => {
    const signature = signer.sign();
    const others = [new Uint8Array(), signature.slice(0, 63), new Uint8Array([...signature, 0]), new Uint8Array(64), new Uint8Array(64).fill(255), new Uint8Array([...signature, ...signature])];
    for (let time = 0; time < 50; time += 1) others.push(new Uint8Array(randomBytes(64)));
    for (const other of others) expect(await verifyByBoth(algorithm, signer.jwk, INPUT, other)).toBe(false);
  });

  it('takes no key of another algorithm or another platform', async () => {
    const other = algorithm === 'ES256' ? 'Ed25519' : 'ES256';
    const key = await NODE_SIGNATURES.importKey(signer.jwk, algorithm);
    expect(NODE_SIGNATURES.verify(other, key, INPUT, signer.sign())).toBe(false);
    for (const strange of [await WEB_CRYPTO.importKey(signer.jwk, algorithm), signer.jwk, undefined]) expect(NODE_SIGNATURES.verify(algorithm, strange, INPUT, signer.sign())).toBe(false);
  });

  it('imports what a province registers, under the same thumbprint, and no point beside the curve', async () => {
    const { publicJwk } = await generateProvinceKey('sig', algorithm);
    const told = ({ kid, use, algorithm: of, province }: ProvinceKey) => ({ kid, use, of, province });
    expect(told(await importProvinceKey(publicJwk, GUIZHOU, NODE_SIGNATURES))).toEqual(told(await importProvinceKey(publicJwk, GUIZHOU)));
    if (algorithm === 'ES256') await expect(importProvinceKey({ ...publicJwk, kid: undefined, y: publicJwk.x }, GUIZHOU, NODE_SIGNATURES)).rejects.toMatchObject({ code: 'PROVINCE_KEY_INVALID' });
  });
});

describe('NODE_SIGNATURES', () => {
  it('refuses a signature of ES256 in DER, also one that has 64 bytes', async () => {
    const signer = makeSigner('ES256');
    const der = new Uint8Array(sign('sha256', INPUT, signer.privateKey));
    expect(verifyWithNode('sha256', INPUT, createPublicKey({ key: { ...signer.jwk }, format: 'jwk' }), der)).toBe(true);
    expect(await verifyByBoth('ES256', signer.jwk, INPUT, der)).toBe(false);
    expect(await verifyByBoth('ES256', signer.jwk, INPUT, new Uint8Array([...der, ...new Uint8Array(64)]).slice(0, 64))).toBe(false);
  });

  it('takes both s and n − s of ES256, as Web Crypto does', async () => {
    const signer = makeSigner('ES256');
    const signature = signer.sign();
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
    const other = new Uint8Array([...signature.subarray(0, 32), ...Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex')]);
    expect(await verifyByBoth('ES256', signer.jwk, INPUT, other)).toBe(true);
  });

  it('imports a key that seals, and verifies nothing with it', async () => {
    const signer = makeSigner('ES256');
    expect(NODE_SIGNATURES.verify('ES256', await NODE_SIGNATURES.importKey(signer.jwk, 'ECDH-ES'), INPUT, signer.sign())).toBe(false);
  });

  it('digests as Web Crypto does', async () => {
    for (const bytes of [new Uint8Array(), INPUT, new Uint8Array(randomBytes(1000))]) expect(await NODE_SIGNATURES.sha256(bytes)).toEqual(await WEB_CRYPTO.sha256(bytes));
  });
});
