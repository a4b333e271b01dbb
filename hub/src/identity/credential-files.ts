import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { isDevelopmentCertificate, isDevelopmentCredentials, isDevelopmentKeyFile, parseCertificates } from './development-material.js';

interface CertificateAndKey {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** What the hub proves itself with and knows others by, as read from its files. */
export interface CredentialFiles {
  readonly server: CertificateAndKey;
  /** Of the port for pages; the server's where it has none of its own. */
  readonly web: CertificateAndKey;
  /** Offered to phones, in development alone. */
  readonly offeredAuthority?: Buffer;
  readonly memberAuthority: CertificateAndKey;
  readonly operatorAuthority: Buffer;
  readonly natsCreds: string;
  readonly natsAccountSeed: string;
  /** Absent before the first start. */
  readonly hubKey?: string;
}

/** What is wrong with one file of certificates; nothing in it is quoted. */
function certificateProblem(pem: Buffer, isAuthority: boolean, isProduction: boolean, now: number): string | undefined {
  let certificates: readonly X509Certificate[];
  try {
    certificates = parseCertificates(pem.toString('latin1'));
  } catch {
    return 'holds a certificate that cannot be read';
  }
  if (certificates.length === 0) return 'holds no certificate in PEM';
  // Looked at before everything else: what was made for development must never be mended for production.
  if (isProduction && certificates.some(({ raw }) => isDevelopmentCertificate(raw))) return 'was made for development, and ENVIRONMENT is production';
  if (certificates.some(({ validTo }) => Date.parse(validTo) <= now)) return 'holds a certificate whose time is over';
  if (certificates.some(({ validFrom }) => Date.parse(validFrom) > now)) return 'holds a certificate whose time has not begun';
  if (isAuthority && certificates.some(({ ca }) => !ca)) return 'holds a certificate that may not issue others';
  return undefined;
}

function fits({ certificate, key }: CertificateAndKey): boolean {
  try {
    const [first] = parseCertificates(certificate.toString('latin1'));
    return first?.checkPrivateKey(createPrivateKey(key)) === true;
  } catch {
    return false;
  }
}

/** Whether one key stands behind a certificate of both. */
function sharesKey(one: Buffer, other: Buffer): boolean {
  const keys = (pem: Buffer): readonly string[] =>
    parseCertificates(pem.toString('latin1')).map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' }).toString('base64'));
  const known = new Set(keys(one));
  return keys(other).some((key) => known.has(key));
}

/**
 * One line, beginning with its key, for everything that is wrong with the files together: certificates and keys that do not
 * belong together, whose time is over, and in production whatever was made for development. `now` in milliseconds.
 */
export function credentialProblems(files: CredentialFiles, environment: 'production' | 'development', now: number): readonly string[] {
  const isProduction = environment === 'production';
  const problems: string[] = [];
  const look = (key: string, problem: string | false | undefined): boolean => {
    if (typeof problem === 'string') problems.push(`${key} ${problem}`);
    return typeof problem !== 'string';
  };
  if (look('GRPC_TLS_CERT_FILE', certificateProblem(files.server.certificate, false, isProduction, now))) {
    look('GRPC_TLS_KEY_FILE', !fits(files.server) && 'is not the key of GRPC_TLS_CERT_FILE');
  }
  if (files.web.certificate !== files.server.certificate || files.web.key !== files.server.key) {
    if (look('WEB_TLS_CERT_FILE', certificateProblem(files.web.certificate, false, isProduction, now))) {
      look('WEB_TLS_KEY_FILE', !fits(files.web) && 'is not the key of WEB_TLS_CERT_FILE');
    }
  }
  if (files.offeredAuthority !== undefined) {
    look('WEB_CA_FILE', isProduction ? 'is for development, and ENVIRONMENT is production' : certificateProblem(files.offeredAuthority, true, false, now));
  }
  const isMemberGood = look('MEMBER_CA_CERT_FILE', certificateProblem(files.memberAuthority.certificate, true, isProduction, now));
  if (isMemberGood) look('MEMBER_CA_KEY_FILE', !fits(files.memberAuthority) && 'is not the key of MEMBER_CA_CERT_FILE');
  const isOperatorGood = look('OPERATOR_CA_FILE', certificateProblem(files.operatorAuthority, true, isProduction, now));
  // The hub signs with the members' authority whenever it is asked to: were it the operators' too, whoever takes the hub is an operator.
  if (isMemberGood && isOperatorGood) {
    look('OPERATOR_CA_FILE', sharesKey(files.memberAuthority.certificate, files.operatorAuthority) && 'is the authority of MEMBER_CA_CERT_FILE: operators need one of their own');
  }
  look('NATS_CREDS_FILE', !files.natsCreds.includes('BEGIN NATS USER JWT') && 'holds no NATS credentials');
  look('NATS_CREDS_FILE', isProduction && isDevelopmentCredentials(files.natsCreds) && 'was made for development, and ENVIRONMENT is production');
  look('NATS_ACCOUNT_SEED_FILE', !/^SA[A-Z2-7]{56}$/.test(files.natsAccountSeed) && 'holds no seed of an account ("SA…")');
  look('HUB_KEY_FILE', isProduction && files.hubKey !== undefined && isDevelopmentKeyFile(files.hubKey) && 'was made for development, and ENVIRONMENT is production');
  return problems;
}
