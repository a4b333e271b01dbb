import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { parseProvinceCode } from '@health-code/attestation';
import { parseSpiffeId, type PeerIdentity, type Role } from '@health-code/messages';
import { HubError } from '../errors.js';
import type { Caller } from './caller.js';
import { isDevelopmentCertificate, parseCertificates } from './development-material.js';

/** Who a certificate speaks for, and from when on. Milliseconds since the epoch. */
export interface CertifiedCaller {
  readonly caller: Caller & { readonly expiresAt: number };
  readonly notBefore: number;
}

/** Who issues the certificates of callers; PEM of one or more certificates each. */
export interface CallerAuthorities {
  readonly member: Buffer;
  readonly operator: Buffer;
  readonly trustDomain: string;
  /** Whether certificates made for development are refused. */
  readonly isProduction: boolean;
}

/** Roles that each authority may name: neither speaks for the other's people, whatever is in a certificate it signed. */
const ISSUED_ROLES: Readonly<Record<'member' | 'operator', readonly Role[]>> = {
  member: ['province', 'checkpoint'],
  operator: ['operator', 'auditor'],
};

const unidentified = (why: string): HubError => new HubError('CALLER_UNIDENTIFIED', `the client certificate ${why}`);

/** The one URI of the subject alternative name (SPIFFE X.509-SVID 2: exactly one). @throws HubError CALLER_UNIDENTIFIED */
function parseUri(alternativeName: string | undefined): string {
  // Node quotes a name in which another could be hidden ("a, URI:…"). No SPIFFE ID needs that, and nobody here has to unquote.
  if (alternativeName?.includes('"') === true) throw unidentified('has an alternative name that could be read in two ways');
  const uris = (alternativeName ?? '').split(', ').filter((name) => name.startsWith('URI:'));
  const [uri] = uris;
  if (uri === undefined || uris.length > 1) throw unidentified(`names ${uris.length === 0 ? 'nobody' : 'more than one'}: one SPIFFE ID is needed`);
  return uri.slice('URI:'.length);
}

function roleOf(identity: PeerIdentity): Pick<Caller, 'role' | 'province'> {
  if (!('province' in identity)) return { role: identity.role };
  try {
    return { role: identity.role, province: parseProvinceCode(identity.province) };
  } catch {
    throw unidentified('names no province of GB/T 2260');
  }
}

/** SHA-256 of a certificate in DER, lower-case hexadecimal. */
export const fingerprintOf = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

/** Reads client certificates; made once, with the authorities it knows. */
export class CertificateReader {
  readonly #keys: Readonly<Record<'member' | 'operator', readonly KeyObject[]>>;
  readonly #trustDomain: string;
  readonly #isProduction: boolean;

  constructor({ member, operator, trustDomain, isProduction }: CallerAuthorities) {
    const keysOf = (pem: Buffer): readonly KeyObject[] => parseCertificates(pem.toString('latin1')).map(({ publicKey }) => publicKey);
    this.#keys = { member: keysOf(member), operator: keysOf(operator) };
    this.#trustDomain = trustDomain;
    this.#isProduction = isProduction;
  }

  /**
   * Who the certificate in DER speaks for. Attacker-controlled: TLS has verified a chain to one of the two authorities, but
   * not to which of them, nor what it says. Whether its time has come is asked at every call, not here.
   * @throws HubError CALLER_UNIDENTIFIED
   */
  parse(der: Buffer): CertifiedCaller {
    const certificate = readCertificate(der);
    if (certificate.ca) throw unidentified('is that of an authority');
    if (this.#isProduction && isDevelopmentCertificate(der)) throw unidentified('was made for development');
    const id = parseUri(certificate.subjectAltName);
    const identity = parseSpiffeId(id, this.#trustDomain);
    if (identity === undefined) throw unidentified('has no SPIFFE ID of this trust domain');
    const issuer = this.#issuerOf(certificate);
    if (!ISSUED_ROLES[issuer].includes(identity.role)) throw unidentified(`names a role that the authority of ${issuer}s may not give`);
    const caller = { id, fingerprint: fingerprintOf(der), expiresAt: Date.parse(certificate.validTo) };
    return { caller: Object.freeze({ ...caller, ...roleOf(identity) }), notBefore: Date.parse(certificate.validFrom) };
  }

  #issuerOf(certificate: X509Certificate): 'member' | 'operator' {
    // By signature, not by the issuer's name: names are what whoever forges one gets right.
    if (this.#keys.member.some((key) => certificate.verify(key))) return 'member';
    if (this.#keys.operator.some((key) => certificate.verify(key))) return 'operator';
    throw unidentified('is signed by no authority of callers');
  }
}

function readCertificate(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw new HubError('CALLER_UNIDENTIFIED', 'the client certificate cannot be read', { cause });
  }
}
