import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ProvinceCode } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { isDevelopmentCertificate, madeForDevelopment, type Environment } from '../keys/development-material.js';

/** By what adapter and hub know each other (mTLS); PEM. */
export interface HubCredentials {
  /** The authority that issued the hub's certificate. */
  readonly authority: Buffer;
  /** This adapter's certificate, whatever stands between it and its authority after it. */
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** For whom, and for what, credentials are good. */
export interface CredentialTerms {
  readonly province: ProvinceCode;
  readonly environment: Environment;
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM text.
 *
 * @throws AdapterError CONFIG_INVALID for none, for a damaged one, and in production for one made for development; the message
 *   completes "a file that …"
 */
export function parseCertificates(pem: Buffer, environment: Environment): readonly X509Certificate[] {
  let certificates: readonly X509Certificate[];
  try {
    certificates = (pem.toString('latin1').match(BLOCK) ?? []).map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new AdapterError('CONFIG_INVALID', 'holds a certificate that cannot be read', { cause });
  }
  if (certificates.length === 0) throw new AdapterError('CONFIG_INVALID', 'holds no certificate in PEM');
  if (environment === 'production' && certificates.some(isDevelopmentCertificate)) throw madeForDevelopment();
  return certificates;
}

/** Whether the SPIFFE ID of the certificate (in whatever trust domain) names the province. */
const names = ({ subjectAltName }: X509Certificate, province: ProvinceCode): boolean =>
  new RegExp(`^URI:spiffe://[a-z0-9._-]+/province/${province}$`).test(subjectAltName ?? '');

/**
 * This adapter's certificate: that of the province. Its time is not looked at: the adapter works on, unheard, until it has another.
 *
 * @throws AdapterError CONFIG_INVALID as {@link parseCertificates}, and for another's
 */
export function parseClientCertificate(pem: Buffer, { province, environment }: CredentialTerms): X509Certificate {
  const [leaf] = parseCertificates(pem, environment);
  if (leaf === undefined || !names(leaf, province)) throw new AdapterError('CONFIG_INVALID', `holds no certificate of province ${province}`);
  return leaf;
}

/** Whether `key` is the private key of the certificate. */
export function isKeyOf(certificate: X509Certificate, key: Buffer): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/**
 * Credentials that fit together: while files are replaced one by one they do not.
 *
 * @throws AdapterError CONFIG_INVALID naming the setting
 */
export function checkHubCredentials(credentials: HubCredentials, terms: CredentialTerms): X509Certificate {
  const naming = <T>(setting: string, parse: () => T): T => {
    try {
      return parse();
    } catch (cause) {
      throw new AdapterError('CONFIG_INVALID', `${setting} names a file that ${cause instanceof AdapterError ? cause.message : 'cannot be read'}`, { cause });
    }
  };
  naming('HUB_CA_FILE', () => parseCertificates(credentials.authority, terms.environment));
  const leaf = naming('HUB_CLIENT_CERT_FILE', () => parseClientCertificate(credentials.certificate, terms));
  if (!isKeyOf(leaf, credentials.key)) throw new AdapterError('CONFIG_INVALID', 'HUB_CLIENT_KEY_FILE names a file that is not the key of HUB_CLIENT_CERT_FILE');
  return leaf;
}
