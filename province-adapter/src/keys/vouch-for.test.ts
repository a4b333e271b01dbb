import { importProvinceKey, generateProvinceKey, importSigningKey, parseAttestation, parseProvinceCode, signAttestation, signedBy, verifyAttestation, type AttestationClaims } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { vouchFor } from './vouch-for.js';

const GUIZHOU = parseProvinceCode('520000');
const NOW = 1_700_000_000;
const CLAIMS: AttestationClaims = {
  issuer: GUIZHOU, subject: `1.${'A'.repeat(43)}`, sequence: 1, issuedAt: NOW - 60, expiresAt: NOW + 60, kind: 'health-status', status: '00', since: NOW - 60,
  reason: 'REASON_NOT_STATED', rule: { id: 'r', version: '1' }, authority: GUIZHOU, evidence: 'verified-source', original: { system: 's', field: 'f', value: '0' },
};

async function createKey() {
  const generated = await generateProvinceKey('sig');
  return {
    attesting: { key: await importSigningKey(generated.privateJwk), publicJwk: generated.publicJwk, saltSecret: new Uint8Array() },
    registered: await importProvinceKey(generated.publicJwk, GUIZHOU),
  };
}

describe('vouchFor', () => {
  it('leaves what a stated key signed as it is', async () => {
    const [current, former] = [await createKey(), await createKey()];
    const { token } = await signAttestation(CLAIMS, {}, former.attesting.key, () => 'unused');
    expect(await vouchFor(token, [current.attesting, former.attesting])).toBe(token);
  });

  it('signs the same content anew where the key was given up, so that holders keep what they disclose', async () => {
    const [current, former] = [await createKey(), await createKey()];
    const { token, presentation } = await signAttestation(CLAIMS, { maskedName: '测*甲' }, former.attesting.key, () => 'c'.repeat(22));
    const anew = await vouchFor(token, [current.attesting]);
    expect(signedBy(anew)).toBe(current.registered.kid);
    expect(anew.split('.')[1]).toBe(token.split('.')[1]);
    const shown = presentation.replace(token, anew);
    expect(await verifyAttestation(parseAttestation(shown), { find: () => current.registered }, NOW)).toMatchObject({ attestation: { sequence: 1 }, maskedName: '测*甲' });
  });
});
