import { describe, expect, it } from 'vitest';

import type { Attestation } from './attestation.js';
import { toWireClaims } from './attestation-claims.js';
import { GUIZHOU, NOW, sampleCanaryClaims, sampleClaims, sampleTestClaims } from './attestation.fixture.js';
import { parseAttestation, readClaims } from './parse-attestation.js';
import { createKeyRing, importProvinceKey } from './province-key.js';
import { verifyAttestation } from './verify-attestation.js';

/** Signed before there were status lists, and by a key that nobody holds any more: it can only be read, never made again. */
const SIGNED_FIRST =
  'eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoiQzFJRVk2emk5eTFSMTNrNFNIQXUtcXBnOTNWLThCOWFDZmR3cHBvS0t5MCIsInR5cCI6ImhlYWx0aC1hdHRlc3RhdGlvbitqd3QifQ' +
  '.eyJpc3MiOiI1MjAwMDAiLCJzdWIiOiIxLkFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUEiLCJzZXEiOjEyMzQsImlhdCI6MTcwMDAwMDAwMCwi' +
  'ZXhwIjoxNzAwMDg2NDAwLCJraW5kIjoiaGVhbHRoLXN0YXR1cyIsImNvZGUiOiIwMCIsInNpbmNlIjoxNjk5OTk2NDAwLCJyZWFzb24iOiJSRUFTT05fTk9UX1NUQVRFRCIs' +
  'InJ1bGUiOnsiaWQiOiJndWl6aG91LW5hdGlvbmFsIiwidmVyIjoiMSJ9LCJhdXRoIjoiNTIwMDAwIiwiZXZpZCI6InNlbGYtZGVjbGFyZWQiLCJvcmlnIjp7InN5cyI6Im5h' +
  'dGlvbmFsLWNvZGUiLCJmbGQiOiJzdGF0dXMiLCJ2YWwiOiIwMCJ9LCJzdXBlcnNlZGVzIjoxMjAwLCJzdGF0dXMiOnsic3RhdHVzX2xpc3QiOnsiaWR4IjoxMjMzLCJ1cmki' +
  'OiJ1cm46Y246aGVhbHRoY29kZTpzdGF0dXM6NTIwMDAwIn19LCJfc2QiOlsiSEhDRXY3bTFOQ2JwRjd3aWJBLS1seUppaDN1c01CV3VTR3k2ZVJUb2NybyJdfQ' +
  '.n_32y8SZSL1KnWeWzHaP95d5laOgLPwUrj0ib-E18ZnMNhJSnsoYCdYkdQTINvDlR5e5xIDwc8a1p0HwDErGAQ' +
  '~WyJjMkZzZEMxellXeDBMWE5oYkhRdGN3IiwibWFza2VkX25hbWUiLCLmtYsq55SyIl0~';

const PUBLIC_JWK = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '1hN0gJugHbfQhlJhQOV3FOdd7mVJ1jXQxaXEpyxGHLE',
  use: 'sig',
  alg: 'Ed25519',
  kid: 'C1IEY6zi9y1R13k4SHAu-qpg93V-8B9aCfdwppoKKy0',
};

describe('a token that was signed when its place in the status list was stated by its adapter', () => {
  it('is still verified, and says what it said', async () => {
    const ring = createKeyRing([await importProvinceKey(PUBLIC_JWK, GUIZHOU)]);
    const { attestation, maskedName, token } = await verifyAttestation(parseAttestation(SIGNED_FIRST), ring, NOW);
    expect(maskedName).toBe('测*甲');
    const { disclosureDigests, ...claims } = attestation;
    expect(claims).toEqual(sampleClaims({ supersedes: 1200 }));
    expect(disclosureDigests).toHaveLength(1);
    expect(readClaims(token)).toEqual(attestation);
  });
});

describe('the order of members in a token', () => {
  const orderOf = (attestation: Attestation): string => Object.keys(toWireClaims(attestation)).join(' ');
  const all = { supersedes: 7, disclosureDigests: ['A'.repeat(43)] };
  const source = { issuer: GUIZHOU, sequence: 8, issuedAt: NOW };

  it('is that of a status', () => {
    expect(orderOf({ ...sampleClaims(), disclosureDigests: [] })).toBe('iss sub seq iat exp kind code since reason rule auth evid orig status');
    expect(orderOf({ ...sampleClaims(), ...all, source })).toBe('iss sub seq iat exp kind code since reason rule auth evid orig src supersedes status _sd');
  });

  it('is that of a status for a canary, which states nothing besides', () => {
    expect(orderOf({ ...sampleCanaryClaims(), ...all })).toBe('iss sub seq iat exp kind code since reason rule auth evid orig supersedes status _sd');
  });

  it('has the own claims of a kind after those that all have', () => {
    expect(orderOf({ ...sampleTestClaims(), ...all })).toBe('iss sub seq iat exp kind code since reason rule auth evid orig test supersedes status _sd');
  });
});
