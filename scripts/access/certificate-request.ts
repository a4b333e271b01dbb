import 'reflect-metadata';
import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A new private key for TLS: P-256, PKCS#8 in PEM. */
export const makeTlsKey = (): string => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/**
 * PKCS#10 (RFC 2986) in DER for a P-256 key in PEM, signed by it. `identity`, a SPIFFE ID, is its only subject alternative
 * name; without one it has none, and the hub assigns it.
 */
export async function makeCertificateRequest(keyPem: string, name: string, identity?: string): Promise<Uint8Array> {
  const privateKey = createPrivateKey(keyPem);
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), ALGORITHM, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', createPublicKey(privateKey).export({ type: 'spki', format: 'der' }), ALGORITHM, true, ['verify']),
  };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: identity === undefined ? [] : [new x509.SubjectAlternativeNameExtension([{ type: 'url', value: identity }])],
  });
  return new Uint8Array(request.rawData);
}

/** A chain in DER as PEM, leaf first. */
export const chainToPem = (chain: readonly Uint8Array[]): string => chain.map((der) => new X509Certificate(der).toString()).join('');

/** Whether the first certificate of a PEM is of this private key. */
export const isKeyOf = (certificatePem: string | Buffer, keyPem: string | Buffer): boolean => new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
