import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { SignJWT, type JWK } from 'jose';
import type { TestCertificate } from '../../../deploy/embedded/test-pki.js';

/** What a proof of a test says otherwise than a good one. */
export interface ProofContent {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Whose key signs; default: the device's. */
  readonly signer?: TestCertificate;
}

/** The public key of a certificate, as JWK. */
export function publicJwk({ certificate }: TestCertificate): JWK {
  const { kty, crv, x, y } = new X509Certificate(certificate).publicKey.export({ format: 'jwk' });
  return { kty, crv, x, y } as JWK;
}

/** A certificate as `x5c` holds it. */
export const x5cOf = ({ certificate }: TestCertificate): string => new X509Certificate(certificate).raw.toString('base64');

/** A DPoP proof of a device, made as the page makes it. @param now seconds since the epoch */
export function makeProof(device: TestCertificate, method: string, url: string, now: number, { header = {}, claims = {}, signer = device }: ProofContent = {}): Promise<string> {
  return new SignJWT({ jti: randomUUID(), htm: method, htu: url, iat: now, ...claims })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk(device), x5c: [x5cOf(device)], ...header })
    .sign(createPrivateKey(signer.key));
}
