import { createHeaderAndPayload, getListFromStatusListJWT, StatusList as OtherStatusList } from '@sd-jwt/jwt-status-list';
import { CompactSign, compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { createSigner, GUIZHOU, NOW, type Signer } from '../attestation.fixture.js';
import { createKeyRing } from '../province-key.js';
import { toCryptoKey } from '../web-crypto.js';
import { bitsOf, sampleTerms, signed } from './status-list.fixture.js';
import { statusListUri } from './status-list-place.js';
import { listedStatus } from './status-list.js';
import { verifyStatusList } from './verify-status-list.js';

const anyStatuses = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 300 });

let signer: Signer;

beforeAll(async () => {
  signer = await createSigner(GUIZHOU);
});

describe('a list beside another implementation of the specification', () => {
  it('is read by it as we wrote it', async () => {
    await fc.assert(
      fc.asyncProperty(anyStatuses, async (statuses) => {
        const token = await signed.list(signer, bitsOf(...statuses));
        const read = getListFromStatusListJWT(token);
        expect(statuses.map((_, index) => read.getStatus(index))).toEqual(statuses);
      }),
      { numRuns: 30 },
    );
  });

  it('has the header and the claims of the specification, 5.1', async () => {
    const token = await signed.list(signer, bitsOf(1));
    await compactVerify(token, toCryptoKey(signer.registered.key));
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: signer.signing.kid, typ: 'statuslist+jwt' });
    expect(decodeJwt(token)).toMatchObject({ sub: statusListUri(GUIZHOU), iat: NOW - 60, exp: NOW + 3600, ttl: 300, status_list: { bits: 2 } });
  });

  it('is read by us as it wrote it', async () => {
    await fc.assert(
      fc.asyncProperty(anyStatuses, async (statuses) => {
        const bits = bitsOf(...statuses);
        const all = Array.from({ length: bits.size }, (_, index) => statuses[index] ?? 0);
        const { issuedAt: iat, expiresAt: exp, ttl, version: ver } = sampleTerms();
        const claims = { iss: GUIZHOU, sub: statusListUri(GUIZHOU), iat, exp, ttl, ver, dig: await bits.digest() };
        const { header, payload } = createHeaderAndPayload(new OtherStatusList(all, 2), claims, { alg: 'ES256', typ: 'statuslist+jwt', kid: signer.signing.kid });
        const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload))).setProtectedHeader(header).sign(signer.signing.key);
        const list = await verifyStatusList(token, createKeyRing([signer.registered]), NOW);
        expect(statuses.map((_, index) => listedStatus(list, index))).toEqual(statuses.map((value) => ['valid', 'invalid', 'suspended', 'invalid'][value]));
      }),
      { numRuns: 30 },
    );
  });
});
