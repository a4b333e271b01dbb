import { beforeAll, describe, expect, it } from 'vitest';

import { ATTESTATION_TYPE } from './attestation.js';
import { BEIJING, codeOfRejection, createSigner, GUIZHOU, NOW, sampleClaims, sampleTestClaims, testSalt, type Signer } from './attestation.fixture.js';
import { parseAttestation } from './parse-attestation.js';
import { signAttestation } from './sign-attestation.js';

let signer: Signer;

beforeAll(async () => {
  signer = await createSigner(GUIZHOU);
});

describe('signAttestation', () => {
  it('writes a header of exactly alg, kid and typ', async () => {
    const { token } = await signAttestation(sampleClaims(), {}, signer.signing, testSalt);
    expect(parseAttestation(token).header).toEqual({ alg: 'ES256', kid: signer.signing.kid, typ: ATTESTATION_TYPE });
  });

  it('presents a token without disclosures as an SD-JWT without disclosures', async () => {
    const signed = await signAttestation(sampleClaims(), {}, signer.signing, testSalt);
    expect(signed.presentation).toBe(`${signed.token}~`);
    expect(signed.attestation.disclosureDigests).toEqual([]);
  });

  it('gives the same name another digest under another salt', async () => {
    const digests = async (salt: string): Promise<readonly string[]> =>
      (await signAttestation(sampleClaims(), { maskedName: '测*甲' }, signer.signing, () => salt)).attestation.disclosureDigests;
    expect(await digests('b25lLW9uZS1vbmUtb25lLQ')).not.toEqual(await digests('dHdvLXR3by10d28tdHdvLQ'));
  });

  it('keeps the disclosure readable by any SD-JWT reader: [salt, "masked_name", name]', async () => {
    const signed = await signAttestation(sampleClaims(), { maskedName: '测*甲' }, signer.signing, testSalt);
    const [, disclosure = ''] = signed.presentation.split('~');
    const bytes = Uint8Array.from(atob(disclosure.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual([testSalt(), 'masked_name', '测*甲']);
  });

  it('signs nothing that is then refused', async () => {
    const bad = sampleClaims({ reason: 'in words', status: '10' });
    expect(await codeOfRejection(signAttestation(bad, {}, signer.signing, testSalt))).toBe('ATTESTATION_CLAIMS_INVALID');
  });

  it('refuses an empty or endless name, and one with control characters or a turned reading direction', async () => {
    for (const maskedName of ['', '测'.repeat(65), '测*甲\u0007', '测*甲\u202e']) {
      const refused = signAttestation(sampleClaims(), { maskedName }, signer.signing, testSalt);
      expect(await codeOfRejection(refused)).toBe('ATTESTATION_DISCLOSURE_INVALID');
    }
  });

  it('fits a QR code: prints the sizes of a typical attestation', async () => {
    const bare = await signAttestation(sampleClaims(), {}, signer.signing, testSalt);
    const named = await signAttestation(sampleClaims(), { maskedName: '测*甲' }, signer.signing, testSalt);
    console.log(
      `bytes: token ${String(bare.token.length)}, with a digest ${String(named.token.length)}, ` +
        `presentation ${String(named.presentation.length)}`,
    );
    // The most that attestations state: a converted status and a test, each with a name and a predecessor.
    const source = { issuer: BEIJING, sequence: 123_456_789, issuedAt: NOW - 60 };
    const converted = await signAttestation(sampleClaims({ source, supersedes: 1233 }), { maskedName: '测*甲' }, signer.signing, testSalt);
    const test = await signAttestation(sampleTestClaims({ supersedes: 1233 }), { maskedName: '测*甲' }, signer.signing, testSalt);
    console.log(`bytes: presentation converted ${String(converted.presentation.length)}, of a test ${String(test.presentation.length)}`);
    // QR version 40 at error correction M holds 2331 bytes.
    for (const { presentation } of [named, converted, test]) expect(presentation.length).toBeLessThan(2331);
  });
});
