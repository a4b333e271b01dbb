import { ATTESTATION_TYPE, SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './attestation.js';
import { AttestationError } from './errors.js';

/** Protected header of an attestation: these three members and no other. */
export interface AttestationHeader {
  readonly alg: SignatureAlgorithm;
  /** RFC 7638 thumbprint of a registered key. */
  readonly kid: string;
  readonly typ: typeof ATTESTATION_TYPE;
}

const KID_FORM = /^[A-Za-z0-9_-]{43}$/;

/**
 * RFC 8725 3.1, 3.11. `crit`, `b64`, `jwk`, `jku`, `x5c` and whatever else could lead to another key or another
 * reading are refused as unknown members.
 *
 * @throws {AttestationError} ATTESTATION_ALGORITHM_UNSUPPORTED, ATTESTATION_TYPE_UNSUPPORTED,
 * ATTESTATION_HEADER_INVALID
 */
export function parseAttestationHeader(header: unknown): AttestationHeader {
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw invalid('header is not an object');
  const { alg, kid, typ, ...unknown } = header as Readonly<Record<string, unknown>>;
  if (typeof alg !== 'string') throw invalid('header states no algorithm');
  const algorithm = SIGNATURE_ALGORITHMS.find((candidate) => candidate === alg);
  if (!algorithm) throw new AttestationError('ATTESTATION_ALGORITHM_UNSUPPORTED', 'algorithm is not ES256 or Ed25519');
  if (typ !== ATTESTATION_TYPE) {
    throw new AttestationError('ATTESTATION_TYPE_UNSUPPORTED', `typ is not ${ATTESTATION_TYPE}`);
  }
  if (typeof kid !== 'string' || !KID_FORM.test(kid)) throw invalid('kid is not a thumbprint');
  if (Object.keys(unknown).length > 0) throw invalid('unknown header member');
  return { alg: algorithm, kid, typ: ATTESTATION_TYPE };
}

function invalid(message: string): AttestationError {
  return new AttestationError('ATTESTATION_HEADER_INVALID', message);
}
