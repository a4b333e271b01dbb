import { webcrypto } from 'node:crypto';
import { x509 } from '../platform/x509.js';

/** What a request of a test says. */
export interface RequestContent {
  readonly uris?: readonly string[];
  readonly hosts?: readonly string[];
  /** Default: P-256. */
  readonly keys?: webcrypto.CryptoKeyPair;
  readonly extensions?: readonly x509.Extension[];
}

/** A new key pair on a curve. */
export const makeKeys = (namedCurve = 'P-256'): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify']);

/** A certificate request in DER, signed by its key. */
export async function makeRequest({ uris = [], hosts = [], keys, extensions = [] }: RequestContent): Promise<{ readonly der: Buffer; readonly keys: webcrypto.CryptoKeyPair }> {
  const pair = keys ?? (await makeKeys());
  const names: x509.JsonGeneralName[] = [...uris.map((value) => ({ type: 'url' as const, value })), ...hosts.map((value) => ({ type: 'dns' as const, value }))];
  const { name } = pair.publicKey.algorithm;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ['member'] }],
    keys: pair,
    signingAlgorithm: name === 'ECDSA' ? { name, hash: 'SHA-256' } : { name, hash: 'SHA-256' },
    extensions: [...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]), ...extensions],
  });
  return { der: Buffer.from(request.rawData), keys: pair };
}
