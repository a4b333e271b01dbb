import { randomBytes } from 'node:crypto';
import {
  AttestationError, createKeyRing, generateProvinceKey, importProvinceKey, importSigningKey, parseAttestation, parseProvinceCode, signAttestation, verifyAttestation, type ProvinceKeyRing,
} from '@health-code/attestation';
import { beforeAll, describe, expect, it } from 'vitest';
import { OTHER_SYSTEMS, truncated, withFlippedSignature, withForeignKey, withOtherStatus, withTwinSignature } from './offline-codes.js';

const NOW = 1_700_000_000;
const GUIZHOU = parseProvinceCode('520000');

let ring: ProvinceKeyRing;
let red: string;

/** The colour that is vouched for, or why none is. */
async function codeOf(code: string): Promise<string> {
  try {
    return (await verifyAttestation(parseAttestation(code), ring, NOW)).attestation.status;
  } catch (error) {
    return error instanceof AttestationError ? error.code : String(error);
  }
}

beforeAll(async () => {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig');
  ring = createKeyRing([await importProvinceKey(publicJwk, GUIZHOU)]);
  const { presentation } = await signAttestation(
    {
      issuer: GUIZHOU, subject: `1.${randomBytes(32).toString('base64url')}`, sequence: 7, issuedAt: NOW - 10, expiresAt: NOW + 3600, kind: 'health-status', status: '10', since: NOW - 10,
      reason: 'REASON_NOT_STATED', rule: { id: 'r', version: '1' }, authority: '520000', evidence: 'verified-source', original: { system: 's', field: 'f', value: '10' },
    },
    { maskedName: '测*' }, await importSigningKey(privateJwk), () => randomBytes(16).toString('base64url'),
  );
  red = presentation;
});

describe('what is forged for the story', () => {
  it('is refused for what it is, and for nothing that only looks like it', async () => {
    expect(await codeOf(red)).toBe('10');
    expect(await codeOf(withFlippedSignature(red))).toBe('ATTESTATION_SIGNATURE_INVALID');
    expect(await codeOf(withOtherStatus(red, '10', '00'))).toBe('ATTESTATION_SIGNATURE_INVALID');
    expect(await codeOf(withForeignKey(red, 'borrowed'))).toBe('ATTESTATION_SIGNATURE_INVALID');
    expect(await codeOf(withForeignKey(red, 'own'))).toBe('ATTESTATION_KEY_UNKNOWN');
    expect(await codeOf(truncated(red))).toBe('ATTESTATION_MALFORMED');
  });

  it('says nothing else with the other signature that fits', async () => {
    const twin = withTwinSignature(red);
    expect(twin).not.toBe(red);
    expect(await codeOf(twin)).toBe('10');
    expect(withTwinSignature(twin)).toBe(red);
  });

  it('does not take for another colour what does not say the first', () => {
    expect(() => withOtherStatus(red, '01', '00')).toThrow('does not say 01');
  });

  it('begins as no attestation does, where it is of another system', () => {
    expect(Object.values(OTHER_SYSTEMS).filter((code) => code.startsWith('eyJ') || code.startsWith('CNHC1:'))).toEqual([]);
  });
});
