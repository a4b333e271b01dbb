import { signAttestation } from '@health-code/attestation';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkMessage, refuseVerified, type CheckedMessage } from './check-message.js';
import { BEIJING, bytesOf, claimsOf, createProvinces, NOW, tokenOf, type Provinces } from './ingest.fixture.js';

describe('checkMessage', () => {
  let provinces: Provinces;
  beforeAll(async () => {
    provinces = await createProvinces();
  });

  const check = (payload: Uint8Array | string, subject = 'attestation.520000', now = NOW): Promise<CheckedMessage> =>
    checkMessage({ subject, payload: typeof payload === 'string' ? bytesOf(payload) : payload, streamSequence: 7 }, provinces.ring, now);

  it('accepts an attestation of the province on whose subject it came', async () => {
    expect(await check(await tokenOf(provinces.guizhou, 1))).toMatchObject({ message: { streamSequence: 7 }, verified: { attestation: { sequence: 1 } } });
  });

  it('refuses one in another province\'s name', async () => {
    const token = await tokenOf(provinces.guizhou, 1, { issuer: BEIJING });
    expect(await check(token)).toMatchObject({ code: 'ATTESTATION_ISSUER_MISMATCH', issuer: '520000' });
  });

  it('refuses one signed with another province\'s key', async () => {
    expect(await check(await tokenOf(provinces.beijing, 1))).toMatchObject({ code: 'ATTESTATION_KEY_FOREIGN', issuer: '520000' });
  });

  it('refuses one that was tampered with', async () => {
    const [header, payload, signature] = (await tokenOf(provinces.guizhou, 1)).split('.') as [string, string, string];
    const other = (await tokenOf(provinces.guizhou, 2)).split('.')[2];
    expect(await check(`${header}.${payload}.${String(other)}`)).toMatchObject({ code: 'ATTESTATION_SIGNATURE_INVALID' });
    expect(await check(`${header}.${payload}.${signature}A`)).toMatchObject({ code: expect.stringMatching(/^ATTESTATION_/) as string });
  });

  it('refuses what is too large, not UTF-8, empty or no token, and keeps size and hash of it', async () => {
    expect(await check('A'.repeat(5000))).toMatchObject({ code: 'ATTESTATION_TOO_LARGE', size: 5000 });
    const invalid = Uint8Array.of(0xff, 0xfe, 0x2e, 0xc3, 0x28, 0x2e, 0x80);
    expect(await check(invalid)).toMatchObject({ code: 'ATTESTATION_ENCODING_NOT_CANONICAL', size: 7, sha256: expect.any(Buffer) as Buffer });
    expect(await check('')).toMatchObject({ code: 'ATTESTATION_MALFORMED', size: 0 });
    expect(await check('\u0000')).toMatchObject({ code: 'ATTESTATION_MALFORMED', size: 1 });
  });

  it('refuses one from a clock ten minutes ahead until that time has come', async () => {
    const ahead = await tokenOf(provinces.guizhou, 1, { issuedAt: NOW + 600 });
    expect(await check(ahead)).toMatchObject({ code: 'ATTESTATION_ISSUED_IN_FUTURE' });
    expect(await check(ahead, undefined, NOW + 600)).toMatchObject({ verified: { attestation: { sequence: 1 } } });
  });

  it('refuses one issued after its key was given up, and takes an earlier one that comes late', async () => {
    const ended = { find: (kid: string) => { const key = provinces.ring.find(kid); return key === undefined ? undefined : { ...key, notAfter: NOW }; } };
    const checkLate = async (issuedAt: number): Promise<CheckedMessage> =>
      checkMessage({ subject: 'attestation.520000', payload: bytesOf(await tokenOf(provinces.guizhou, 1, { issuedAt })), streamSequence: 7 }, ended, NOW + 3600);
    expect(await checkLate(NOW)).toMatchObject({ verified: { attestation: { sequence: 1 } } });
    expect(await checkLate(NOW + 1)).toMatchObject({ code: 'ATTESTATION_KEY_EXPIRED' });
  });

  it('refuses a presentation: disclosures are for the holder alone', async () => {
    const { presentation } = await signAttestation(claimsOf(1), { maskedName: '测*' }, provinces.guizhou, () => 'c2FsdHNhbHRzYWx0c2FsdA');
    expect(await check(presentation)).toMatchObject({ code: 'ATTESTATION_DISCLOSURE_INVALID' });
  });

  it('takes the issuer of a refused message from the subject, and nothing that is no province code', async () => {
    expect(await check('x', 'attestation.310000')).toMatchObject({ issuer: '310000' });
    expect(await check('x', 'attestation.52000x')).toMatchObject({ issuer: 'unknown' });
  });

  it('sets a message aside where checking itself fails', async () => {
    const broken = { find: () => { throw new TypeError('a fault of ours'); } };
    const message = { subject: 'attestation.520000', payload: bytesOf(await tokenOf(provinces.guizhou, 1)), streamSequence: 1 };
    expect(await checkMessage(message, broken, NOW)).toMatchObject({ code: 'INGEST_CHECK_FAILED' });
  });

  it('keeps of a verified message that is set aside what it keeps of any', async () => {
    const token = await tokenOf(provinces.guizhou, 1);
    const message = await check(token);
    const refused = await check(`${token}A`);
    if (!('verified' in message)) throw new Error('not verified');
    expect(refuseVerified(message, 'INGEST_APPEND_REFUSED', undefined)).toMatchObject({ issuer: '520000', size: token.length });
    expect(Object.keys(refuseVerified(message, 'INGEST_APPEND_REFUSED', undefined))).toEqual(Object.keys(refused));
  });
});
