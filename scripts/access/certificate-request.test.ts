import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { makeTestAuthority } from '../../deploy/embedded/test-pki.js';
import { chainToPem, isKeyOf, makeCertificateRequest, makeTlsKey } from './certificate-request.js';

x509.cryptoProvider.set(webcrypto);
const IDENTITY = 'spiffe://health-code.internal/province/460000';
const namesOf = (request: x509.Pkcs10CertificateRequest): unknown => {
  const extension = request.getExtension('2.5.29.17');
  return extension instanceof x509.SubjectAlternativeNameExtension ? extension.names.toJSON() : undefined;
};

describe('makeCertificateRequest', () => {
  it('is signed by the key it names, and names the province by its URI alone', async () => {
    const request = new x509.Pkcs10CertificateRequest(await makeCertificateRequest(makeTlsKey(), 'hainan', IDENTITY));
    expect(await request.verify()).toBe(true);
    expect(namesOf(request)).toEqual([{ type: 'url', value: IDENTITY }]);
    expect(request.extensions).toHaveLength(1);
    expect(request.publicKey.algorithm).toMatchObject({ name: 'ECDSA', namedCurve: 'P-256' });
  });

  it('names nobody where the hub assigns the name', async () => {
    const request = new x509.Pkcs10CertificateRequest(await makeCertificateRequest(makeTlsKey(), 'checkpoint'));
    expect(await request.verify()).toBe(true);
    expect(namesOf(request)).toBeUndefined();
  });

  it('holds another key each time', () => {
    expect(makeTlsKey()).not.toBe(makeTlsKey());
  });
});

describe('a certificate file', () => {
  it('has the leaf first, and tells its own key from another one', async () => {
    const authority = await makeTestAuthority('member CA');
    const { certificate, key } = await authority.issueClient({ role: 'province', province: '460000' });
    const pem = chainToPem([new X509Certificate(certificate).raw, new X509Certificate(authority.certificate).raw]);
    expect(new X509Certificate(pem).subjectAltName).toBe(`URI:${IDENTITY}`);
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect([isKeyOf(pem, key), isKeyOf(pem, makeTlsKey())]).toEqual([true, false]);
  });
});
