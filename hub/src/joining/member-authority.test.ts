import { X509Certificate } from 'node:crypto';
import { DEVELOPMENT_OID, spiffeId, type PeerIdentity } from '@health-code/messages';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority } from '../../../deploy/embedded/test-pki.js';
import { x509 } from '../platform/x509.js';
import { checkCertificateRequest } from './check-certificate-request.js';
import { MemberAuthority } from './member-authority.js';
import { makeRequest } from './certificate-request.fixture.js';

const NOW = Date.now();
const DAY_MS = 86_400_000;
const OPTIONS = { trustDomain: 'health-code.internal', lifetimeMs: 90 * DAY_MS, now: () => NOW };
const GUIZHOU: PeerIdentity = { role: 'province', province: '520000' };

let files: TestAuthority;
let publicKey: ArrayBuffer;

beforeAll(async () => {
  files = await makeTestAuthority('member CA', { notAfter: new Date(NOW + 400 * DAY_MS) });
  const { der } = await makeRequest({ uris: [spiffeId(GUIZHOU)] });
  const { request } = await checkCertificateRequest(der, { identity: spiffeId(GUIZHOU), findKeyHolder: () => Promise.resolve(undefined) });
  publicKey = request?.publicKey ?? new ArrayBuffer(0);
});

const leafOf = (chain: readonly Buffer[]): X509Certificate => new X509Certificate(chain[0] ?? '');

describe('MemberAuthority', () => {
  it('issues a client certificate that names its holder, and may do nothing else', async () => {
    const authority = await MemberAuthority.open(files, OPTIONS);
    const issued = await authority.issue(publicKey, GUIZHOU);
    const leaf = leafOf(issued.chain);
    expect(leaf.verify(new X509Certificate(files.certificate).publicKey)).toBe(true);
    expect(leaf.subjectAltName).toBe('URI:spiffe://health-code.internal/province/520000');
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(leaf.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(issued.fingerprint);
    expect(leaf.serialNumber.toLowerCase()).toBe(issued.serial);
    expect(Date.parse(leaf.validTo)).toBe(Math.floor((NOW + 90 * DAY_MS) / 1000) * 1000);
    expect(issued.expiresAt * 1000).toBe(Date.parse(leaf.validTo));
  });

  it('gives no serial number twice', async () => {
    const authority = await MemberAuthority.open(files, OPTIONS);
    const serials = await Promise.all(Array.from({ length: 20 }, async () => (await authority.issue(publicKey, GUIZHOU)).serial));
    expect(new Set(serials).size).toBe(20);
  });

  it('marks what it issues for development, when it is marked itself', async () => {
    const marked = await makeTestAuthority('member CA', { development: true });
    const of = async (authority: TestAuthority) => new x509.X509Certificate((await (await MemberAuthority.open(authority, OPTIONS)).issue(publicKey, GUIZHOU)).chain[0]);
    expect((await of(marked)).getExtension(DEVELOPMENT_OID)).not.toBeNull();
    expect((await of(files)).getExtension(DEVELOPMENT_OID)).toBeNull();
  });

  it('issues nothing beyond its own end', async () => {
    const short = await makeTestAuthority('member CA', { notAfter: new Date(NOW + DAY_MS) });
    const issued = await (await MemberAuthority.open(short, OPTIONS)).issue(publicKey, GUIZHOU);
    expect(issued.expiresAt).toBe(Math.floor((NOW + DAY_MS) / 1000));
    await expect((await MemberAuthority.open(short, { ...OPTIONS, now: () => NOW + 2 * DAY_MS })).issue(publicKey, GUIZHOU)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('refuses to start with the key of another authority, or with a certificate that is none', async () => {
    const other = await makeTestAuthority('other CA');
    const leaf = await files.issueClient(GUIZHOU);
    await expect(MemberAuthority.open({ certificate: files.certificate, key: other.key }, OPTIONS)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(MemberAuthority.open(leaf, OPTIONS)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(MemberAuthority.open({ certificate: Buffer.from('nothing'), key: other.key }, OPTIONS)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
