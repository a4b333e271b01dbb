import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import type { DeviceKeys } from './device.js';

/** PKCS#10 (RFC 2986) in DER, base64, signed by the key it names. Its subject is of no matter: the hub names the device. */
export async function makeCertificateRequest(keys: Pick<DeviceKeys, 'privateKey' | 'publicKey'>): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=scanner',
    keys: { privateKey: keys.privateKey, publicKey: keys.publicKey },
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  return request.toString('base64');
}
