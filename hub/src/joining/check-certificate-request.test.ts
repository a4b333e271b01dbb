import { webcrypto } from 'node:crypto';
import { spiffeId } from '@health-code/messages';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { x509 } from '../platform/x509.js';
import { makeKeys, makeRequest } from './certificate-request.fixture.js';
import { checkCertificateRequest, type RequestReview } from './check-certificate-request.js';
import type { CheckOutcome } from './check.js';

const GUIZHOU = spiffeId({ role: 'province', province: '520000' });
const BEIJING = spiffeId({ role: 'province', province: '110000' });
const nobody = (): Promise<undefined> => Promise.resolve(undefined);

let good: Buffer;
beforeAll(async () => {
  ({ der: good } = await makeRequest({ uris: [GUIZHOU] }));
});

const review = (der: Uint8Array, identity: string | undefined = GUIZHOU): Promise<RequestReview> => checkCertificateRequest(der, { identity, findKeyHolder: nobody });

/** Names of the checks with this outcome. */
const having = ({ checks }: RequestReview, outcome: CheckOutcome): readonly string[] => checks.filter((check) => check.outcome === outcome).map(({ name }) => name);

const rsa = (modulusLength: number, publicExponent = [1, 0, 1]): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength, publicExponent: new Uint8Array(publicExponent) }, true, ['sign', 'verify']);

describe('checkCertificateRequest', () => {
  it('passes a request that names its applicant, with one result per check', async () => {
    const passed = await review(good);
    expect(having(passed, 'passed')).toEqual(['form', 'curve', 'size', 'usage', 'province', 'possession', 'known-bad', 'duplicate']);
    expect(passed.request?.thumbprint).toMatch(/^[\w-]{43}$/);
  });

  it('passes P-384 and RSA of 3072 bits', async () => {
    for (const keys of [await makeKeys('P-384'), await rsa(3072)]) {
      expect(having(await review((await makeRequest({ uris: [GUIZHOU], keys })).der), 'failed')).toEqual([]);
    }
  });

  it.each<[string, readonly string[], () => Promise<Buffer>]>([
    ['names another province', ['province'], async () => (await makeRequest({ uris: [BEIJING] })).der],
    ['names the applicant and another', ['province'], async () => (await makeRequest({ uris: [GUIZHOU, BEIJING] })).der],
    ['names a host beside the applicant', ['province'], async () => (await makeRequest({ uris: [GUIZHOU], hosts: ['hub.example'] })).der],
    ['names nobody', ['province'], async () => (await makeRequest({})).der],
    ['names an operator', ['province'], async () => (await makeRequest({ uris: [spiffeId({ role: 'operator', name: 'a' })] })).der],
    ['is of a curve nobody uses here', ['curve'], async () => (await makeRequest({ uris: [GUIZHOU], keys: await makeKeys('P-521') })).der],
    ['is of a short RSA key', ['size'], async () => (await makeRequest({ uris: [GUIZHOU], keys: await rsa(2048) })).der],
    ['is of an RSA key with exponent 3', ['size'], async () => (await makeRequest({ uris: [GUIZHOU], keys: await rsa(3072, [3]) })).der],
    ['asks to be an authority', ['usage'], async () => (await makeRequest({ uris: [GUIZHOU], extensions: [new x509.BasicConstraintsExtension(true, 0, true)] })).der],
    ['asks to sign certificates', ['usage'], async () => (await makeRequest({ uris: [GUIZHOU], extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign)] })).der],
    ['asks to be a server', ['usage'], async () => (await makeRequest({ uris: [GUIZHOU], extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])] })).der],
    ['asks for what no member gets', ['usage'], async () => (await makeRequest({ uris: [GUIZHOU], extensions: [new x509.Extension('1.3.6.1.4.1.32473.1', false, new Uint8Array([5, 0]))] })).der],
  ])('fails a request that %s', async (_, names, make) => {
    const failed = await review(await make());
    expect(having(failed, 'failed')).toEqual(names);
    expect(failed.request).toBeUndefined();
  });

  it('fails a request that somebody else signed', async () => {
    const der = Buffer.from(good);
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
    expect(having(await review(der), 'failed')).toEqual(['possession']);
  });

  it('wants no name of a checkpoint: the hub assigns it', async () => {
    expect(having(await checkCertificateRequest((await makeRequest({})).der, { identity: undefined, findKeyHolder: nobody }), 'failed')).toEqual([]);
    const chosen = await makeRequest({ uris: [spiffeId({ role: 'checkpoint', province: '520000', name: 'gate' })] });
    expect(having(await checkCertificateRequest(chosen.der, { identity: undefined, findKeyHolder: nobody }), 'failed')).toEqual(['province']);
  });

  it('fails a key that somebody has already, and one that everybody has', async () => {
    expect(having(await checkCertificateRequest(good, { identity: GUIZHOU, findKeyHolder: () => Promise.resolve('110000') }), 'failed')).toEqual(['duplicate']);
    const published = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' };
    const privateJwk = { ...published, d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI' };
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const keys = { publicKey: await webcrypto.subtle.importKey('jwk', published, algorithm, true, ['verify']), privateKey: await webcrypto.subtle.importKey('jwk', privateJwk, algorithm, true, ['sign']) };
    expect(having(await review((await makeRequest({ uris: [GUIZHOU], keys })).der), 'failed')).toEqual(['known-bad']);
  });

  it('reads nothing that is no request, and says so by one check', async () => {
    for (const der of [Buffer.alloc(0), Buffer.alloc(9000, 0x30), Buffer.from('-----BEGIN CERTIFICATE REQUEST-----'), Buffer.concat([good, good]), good.subarray(0, -1)]) {
      const unread = await review(der);
      expect(having(unread, 'failed')).toEqual(['form']);
      expect(having(unread, 'passed')).toEqual([]);
    }
  });

  it('never throws for random bytes, nor for a request with a byte changed, and certifies no other key than was signed for', async () => {
    const { request: untouched } = await review(good);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect((await review(bytes)).request).toBeUndefined();
      }),
      { numRuns: 200 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const der = Buffer.from(good);
        der.writeUInt8(der.readUInt8(at) ^ change, at);
        // What lies around the signed part can be written in more than one way.
        expect((await review(der)).request?.thumbprint ?? untouched?.thumbprint).toBe(untouched?.thumbprint);
      }),
      { numRuns: 300 },
    );
  });
});
