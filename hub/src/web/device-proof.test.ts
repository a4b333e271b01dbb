import { X509Certificate, webcrypto } from 'node:crypto';
import { exportJWK, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority, type TestCertificate } from '../../../deploy/embedded/test-pki.js';
import { DeviceProofs } from './device-proof.js';
import { makeProof, publicJwk, x5cOf, type ProofContent } from './device.fixture.js';

const URL = 'https://localhost:8443/api/verify';
const NOW = 1_790_000_000;
const DEVICE = { role: 'checkpoint', province: '520000', name: 'gate-1' } as const;

let authority: TestAuthority;
let device: TestCertificate;
let other: TestCertificate;

beforeAll(async () => {
  authority = await makeTestAuthority('members');
  device = await authority.issueClient(DEVICE);
  other = await authority.issueClient(DEVICE);
});

const proofs = new DeviceProofs();
const verify = (proof: string) => proofs.verify(proof, { method: 'POST', url: URL }, NOW);
const proofWith = (content: ProofContent, method = 'POST', url = URL): Promise<string> => makeProof(device, method, url, NOW, content);
const refusalOf = (proof: string): Promise<unknown> => verify(proof).then(() => 'accepted', (error: unknown) => (error as { readonly code?: unknown }).code);

describe('DeviceProofs', () => {
  it('accepts a proof of the key of the certificate, and gives the certificate', async () => {
    expect(await verify(await proofWith({ claims: { jti: 'once' } }))).toEqual({ certificate: new X509Certificate(device.certificate).raw, id: 'once', issuedAt: NOW });
  });

  it.each<[string, () => ProofContent]>([
    ['of another type', () => ({ header: { typ: 'JWT' } })],
    ['signed by another key than it names', () => ({ signer: other })],
    ['that names another key than that of its certificate', () => ({ header: { jwk: publicJwk(other) }, signer: other })],
    ['with the certificate of another device', () => ({ header: { x5c: [x5cOf(other)] } })],
    ['without a certificate', () => ({ header: { x5c: undefined } })],
    ['with two certificates', () => ({ header: { x5c: [x5cOf(device), x5cOf(other)] } })],
    ['with a certificate and something after it', () => ({ header: { x5c: [Buffer.concat([Buffer.from(x5cOf(device), 'base64'), Buffer.from([0])]).toString('base64')] } })],
    ['with no certificate where one should be', () => ({ header: { x5c: ['AAAA'] } })],
    ['that names no key', () => ({ header: { jwk: undefined } })],
    ['with a key of its own to be fetched', () => ({ header: { jku: 'https://elsewhere.example/keys' } })],
    ['without an id', () => ({ claims: { jti: undefined } })],
    ['with an id without end', () => ({ claims: { jti: 'x'.repeat(129) } })],
    ['without a time', () => ({ claims: { iat: undefined } })],
    ['for another method', () => ({ claims: { htm: 'GET' } })],
    ['for another address', () => ({ claims: { htu: 'https://localhost:8443/api/reports' } })],
    ['for another host', () => ({ claims: { htu: 'https://elsewhere.example/api/verify' } })],
    ['for the address without TLS', () => ({ claims: { htu: URL.replace('https', 'http') } })],
    ['that has ended by its own words', () => ({ claims: { exp: NOW - 1 } })],
  ])('refuses a proof %s', async (_, content) => {
    expect(await refusalOf(await proofWith(content()))).toBe('DEVICE_PROOF_INVALID');
  });

  it('refuses a key given away in the header', async () => {
    const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const jwk = await exportJWK(keys.privateKey);
    expect(await refusalOf(await proofWith({ header: { jwk } }))).toBe('DEVICE_PROOF_INVALID');
  });

  it('refuses what is signed by nobody, is no JWT, or is too long', async () => {
    const unsigned = new UnsecuredJWT({ jti: 'a', htm: 'POST', htu: URL, iat: NOW }).encode();
    for (const text of [unsigned, '', 'a.b.c', 'x'.repeat(9000), `${await proofWith({})}x`]) expect(await refusalOf(text), text.slice(0, 20)).toBe('DEVICE_PROOF_INVALID');
  });

  it('remembers the key of a certificate, and no refusal or consent', async () => {
    expect(await refusalOf(await proofWith({}))).toBe('accepted');
    expect(await refusalOf(await proofWith({ signer: other }))).toBe('DEVICE_PROOF_INVALID');
    expect(await refusalOf(await proofWith({}))).toBe('accepted');
  });

  it('refuses the certificate of a server', async () => {
    device = await authority.issueClient(DEVICE, { use: 'server' });
    expect(await refusalOf(await proofWith({}))).toBe('DEVICE_PROOF_INVALID');
    device = await authority.issueClient(DEVICE);
  });

  it.each([[-61, 'DEVICE_PROOF_OUT_OF_TIME'], [-60, 'accepted'], [60, 'accepted'], [61, 'DEVICE_PROOF_OUT_OF_TIME'], [86_400, 'DEVICE_PROOF_OUT_OF_TIME'], [-86_400, 'DEVICE_PROOF_OUT_OF_TIME']])(
    'says of a clock that is %i seconds off: %s',
    async (offset, outcome) => {
      expect(await refusalOf(await proofWith({ claims: { iat: NOW + offset } }))).toBe(outcome);
    },
  );
});
