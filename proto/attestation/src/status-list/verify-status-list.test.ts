import { deflateSync } from 'node:zlib';

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { BEIJING, codeOfRejection, createSigner, GUIZHOU, NOW, signTexts, type Signer } from '../attestation.fixture.js';
import { createKeyRing, type ProvinceKey, type ProvinceKeyRing } from '../province-key.js';
import { listedStatus } from './status-list.js';
import { bitsOf, signed } from './status-list.fixture.js';
import { verifyStatusList, verifyStatusListDelta } from './verify-status-list.js';

let guizhou: Signer;
let beijing: Signer;
let ring: ProvinceKeyRing;
let token: string;
let delta: string;

const ringWith = (changes: Partial<ProvinceKey>): ProvinceKeyRing => createKeyRing([{ ...guizhou.registered, ...changes }]);
const claimsOf = (text: string): Record<string, unknown> => JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const HEADER = (): Record<string, unknown> => ({ alg: 'ES256', kid: guizhou.signing.kid, typ: 'statuslist+jwt' });
const resigned = (changes: object, header: object = HEADER()): Promise<string> => signTexts(JSON.stringify(header), JSON.stringify({ ...claimsOf(token), ...changes }), guizhou.signing);
const refusalOf = (text: string, known = ring, now = NOW): Promise<string> => codeOfRejection(verifyStatusList(text, known, now));

beforeAll(async () => {
  [guizhou, beijing] = [await createSigner(GUIZHOU), await createSigner(BEIJING, 'Ed25519')];
  ring = createKeyRing([guizhou.registered, beijing.registered]);
  token = await signed.list(guizhou, bitsOf(0, 1, 2, 3));
  delta = await signed.delta(guizhou, bitsOf(0, 1, 0, 3), { changes: [[2, 0]] });
});

describe('verifyStatusList', () => {
  it('reads a list that its issuer signed, of either algorithm', async () => {
    const list = await verifyStatusList(token, ring, NOW);
    expect([0, 1, 2, 3, 4, 8192].map((index) => listedStatus(list, index))).toEqual(['valid', 'invalid', 'suspended', 'invalid', 'valid', undefined]);
    expect(list).toMatchObject({ uri: 'urn:cn:healthcode:status:520000', issuer: GUIZHOU, shard: 0, version: 5, issuedAt: NOW - 60, expiresAt: NOW + 3600, ttl: 300 });
    const other = await signed.list(beijing, bitsOf(1), { issuer: BEIJING, shard: 7 });
    expect(await verifyStatusList(other, ring, NOW)).toMatchObject({ uri: 'urn:cn:healthcode:status:110000:7', shard: 7 });
  });

  it('is of one moment, whatever is set while it is signed', async () => {
    const bits = bitsOf(0);
    const signing = signed.list(guizhou, bits);
    bits.set(0, 1);
    expect(listedStatus(await verifyStatusList(await signing, ring, NOW), 0)).toBe('valid');
  });

  it('ignores claims that it does not know, as the specification says', async () => {
    expect(await refusalOf(await resigned({ aggregation_uri: 'https://example.invalid' }))).toBe('nothing thrown');
  });

  it.each([
    ['signed with an unknown key', (known: ProvinceKey[]) => createKeyRing(known.slice(1)), 'STATUS_LIST_KEY_UNKNOWN'],
    ['signed with a key to encrypt to', () => ringWith({ use: 'enc' }), 'STATUS_LIST_KEY_UNKNOWN'],
    ['signed with a key of another algorithm', () => ringWith({ algorithm: 'Ed25519' }), 'STATUS_LIST_KEY_UNKNOWN'],
    ['signed with a key that was given up before', () => ringWith({ notAfter: NOW - 61 }), 'STATUS_LIST_KEY_UNKNOWN'],
    ['signed with a revoked key', () => ringWith({ revokedFrom: NOW + 1 }), 'STATUS_LIST_KEY_REVOKED'],
    ["signed with another province's key", () => ringWith({ province: BEIJING }), 'STATUS_LIST_ISSUER_MISMATCH'],
    ['not signed by this key', () => ringWith({ key: beijing.registered.key }), 'STATUS_LIST_SIGNATURE_INVALID'],
  ])('refuses one %s', async (_, make, expected) => {
    expect(await refusalOf(token, make([guizhou.registered, beijing.registered]))).toBe(expected);
  });

  it.each([
    ['the list of another province', { sub: 'urn:cn:healthcode:status:110000' }, 'STATUS_LIST_ISSUER_MISMATCH'],
    ['in the name of another province', { iss: '110000' }, 'STATUS_LIST_ISSUER_MISMATCH'],
    ['in the name of nobody', { iss: 'x' }, 'STATUS_LIST_ISSUER_MISMATCH'],
    ['without an issuer', { iss: undefined }, 'STATUS_LIST_INVALID'],
    ['a list anywhere', { sub: 'https://example.invalid/1' }, 'STATUS_LIST_INVALID'],
    ['version 0', { ver: 0 }, 'STATUS_LIST_INVALID'],
    ['no version', { ver: undefined }, 'STATUS_LIST_INVALID'],
    ['a life of 31 days and a second', { exp: NOW - 60 + 31 * 86_400 + 1 }, 'STATUS_LIST_INVALID'],
    ['a life that ends before it begins', { exp: NOW - 60 }, 'STATUS_LIST_INVALID'],
    ['no ttl', { ttl: 0 }, 'STATUS_LIST_INVALID'],
    ['one bit for each', { status_list: { bits: 1, lst: 'eNrbuRgAAhcBXQ' } }, 'STATUS_LIST_INVALID'],
    ['bits that do not inflate', { status_list: { bits: 2, lst: 'AAAA' } }, 'STATUS_LIST_INVALID'],
    ['other bits than the digest is of', { status_list: { bits: 2, lst: 'eNo76fITAAPfAgc' } }, 'STATUS_LIST_DIGEST_MISMATCH'],
    ['the digest of other bits', { dig: 'A'.repeat(43) }, 'STATUS_LIST_DIGEST_MISMATCH'],
    ['a digest that is none', { dig: 'A' }, 'STATUS_LIST_INVALID'],
    ['a list signed tomorrow', { iat: NOW + 121 }, 'STATUS_LIST_INVALID'],
    ['a list that has run out', { iat: NOW - 3600, exp: NOW }, 'STATUS_LIST_EXPIRED'],
    ['a list of more entries than a shard', { status_list: { bits: 2, lst: deflateSync(new Uint8Array(262_145)).toString('base64url') } }, 'STATUS_LIST_TOO_LARGE'],
    ['a decompression bomb', { status_list: { bits: 2, lst: deflateSync(new Uint8Array(100_000_000), { level: 9 }).toString('base64url') } }, 'STATUS_LIST_TOO_LARGE'],
  ])('refuses %s, though well signed', async (_, changes, expected) => {
    expect(await refusalOf(await resigned(changes))).toBe(expected);
  });

  it.each([
    ['another type', { typ: 'JWT' }],
    ['a delta for a list', { typ: 'statuslist-delta+jwt' }],
    ['no signature', { alg: 'none' }],
    ['a symmetric algorithm', { alg: 'HS256' }],
    ['a key of its own', { jwk: {} }],
    ['what it does not know to be critical', { crit: ['exp'] }],
    ['no key', { kid: undefined }],
  ])('refuses a header with %s', async (_, changes) => {
    expect(await refusalOf(await resigned({}, { ...HEADER(), ...changes }))).toBe('STATUS_LIST_INVALID');
  });

  it.each(['', '.', '..', 'a.b', '....', 'eyJ9.eyJ9.AAAA', 'not a token', 'é.é.é'])('refuses %j, which is no token', async (text) => {
    expect(await refusalOf(text)).toBe('STATUS_LIST_INVALID');
  });

  it('refuses a longer text than any list has, before it looks at it', async () => {
    expect(await refusalOf('A'.repeat(600_000))).toBe('STATUS_LIST_TOO_LARGE');
    expect(await codeOfRejection(verifyStatusList(token, ring, NOW, { limitBytes: 2047 }))).toBe('STATUS_LIST_TOO_LARGE');
  });

  it('is fail-safe with a clock that is none', async () => {
    expect(await refusalOf(token, ring, Number.NaN)).toBe('STATUS_LIST_INVALID');
  });

  it('takes nothing that was changed anywhere, and throws nothing but codes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: token.length - 1 }), fc.constantFrom(...'AQgw._-~'.split('')), async (at, character) => {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        const refusal = await refusalOf(changed);
        expect(refusal === 'nothing thrown').toBe(changed === token);
      }),
      { numRuns: 500 },
    );
  });
});

describe('verifyStatusListDelta', () => {
  const resignedDelta = (changes: object): Promise<string> =>
    signTexts(JSON.stringify({ ...HEADER(), typ: 'statuslist-delta+jwt' }), JSON.stringify({ ...claimsOf(delta), ...changes }), guizhou.signing);

  it('reads one that the issuer of the list signed', async () => {
    expect(await verifyStatusListDelta(delta, ring, NOW)).toMatchObject({ uri: 'urn:cn:healthcode:status:520000', from: 5, version: 6, size: 8192, changes: [[2, 0]] });
  });

  it.each([
    ['that leads back', { from: 6 }],
    ['with an entry twice', { chg: [[2, 0], [2, 1]] }],
    ['with an entry beyond the list', { chg: [[8192, 1]] }],
    ['with an entry beyond any list', { chg: [[2 ** 20, 1]], size: 2 ** 20 }],
    ['with a status of three bits', { chg: [[1, 4]] }],
    ['with more changes than one may have', { chg: Array.from({ length: 4097 }, (_, at) => [at, 1]) }],
    ['of a list longer than any', { size: 2 ** 20 + 1 }],
  ])('refuses one %s', async (_, changes) => {
    expect(await codeOfRejection(verifyStatusListDelta(await resignedDelta(changes), ring, NOW))).toBe('STATUS_LIST_INVALID');
  });

  it('refuses a list for a delta, another province and a revoked key', async () => {
    expect(await codeOfRejection(verifyStatusListDelta(token, ring, NOW))).toBe('STATUS_LIST_INVALID');
    expect(await codeOfRejection(verifyStatusListDelta(await resignedDelta({ iss: '110000' }), ring, NOW))).toBe('STATUS_LIST_ISSUER_MISMATCH');
    expect(await codeOfRejection(verifyStatusListDelta(delta, ringWith({ revokedFrom: 0 }), NOW))).toBe('STATUS_LIST_KEY_REVOKED');
    expect(await codeOfRejection(verifyStatusListDelta(delta, ring, NOW + 3600))).toBe('STATUS_LIST_EXPIRED');
  });
});
