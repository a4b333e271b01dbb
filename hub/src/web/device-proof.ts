import { X509Certificate } from 'node:crypto';
import { EmbeddedJWK, jwtVerify, type JWK } from 'jose';
import { z } from 'zod';
import type { PROOF_ALGORITHM, PROOF_TYPE, PROOF_WINDOW_SECONDS } from '../../web/shared/device-api.js';
import { HubError } from '../errors.js';

const TYPE: typeof PROOF_TYPE = 'dpop+jwt';
const ALGORITHM: typeof PROOF_ALGORITHM = 'ES256';
const WINDOW_SECONDS: typeof PROOF_WINDOW_SECONDS = 60;

/** Longest proof that is looked at, in characters: one with a certificate on P-256 has 2000. */
const MAX_LENGTH = 8192;

/** RFC 5280 4.2.1.12. */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

/** What a proof is measured against. */
export interface ProvenRequest {
  readonly method: string;
  /** Without query and fragment (RFC 9449 4.2). */
  readonly url: string;
}

/** A proof that holds; whose certificate it is, and whether that is good, is not looked at here. */
export interface DeviceProof {
  /** DER of the certificate whose key has signed. */
  readonly certificate: Buffer;
  /** Of this proof, never used again by the same key. */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
}

const HEADER = z.strictObject({
  typ: z.literal(TYPE),
  alg: z.literal(ALGORITHM),
  // A private member would be a key given away, and is refused for what else it is: a member more.
  jwk: z.strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
  x5c: z.tuple([z.string().regex(/^[A-Za-z0-9+/]{1,6000}={0,2}$/)]),
});

const CLAIMS = z.object({
  jti: z.string().min(1).max(128),
  htm: z.string(),
  htu: z.string(),
  iat: z.number().int(),
});

const invalid = (why: string, cause?: unknown): HubError => new HubError('DEVICE_PROOF_INVALID', `the proof ${why}`, cause === undefined ? {} : { cause });

/** Whether a certificate is for clients and holds this key. TLS looks at the first where the certificate comes by TLS. */
function requireKeyOf(certificate: Buffer, { kty, crv, x, y }: JWK): void {
  let read: X509Certificate;
  try {
    read = new X509Certificate(certificate);
  } catch (cause) {
    throw invalid('holds a certificate that cannot be read', cause);
  }
  // Anything after the certificate would give one device as many fingerprints as it likes.
  if (!read.raw.equals(certificate)) throw invalid('holds more than a certificate');
  // Node types the purposes as present; a certificate without the extension has none.
  const purposes = read.keyUsage as readonly string[] | undefined;
  if (purposes?.includes(CLIENT_AUTHENTICATION) !== true) throw invalid('holds a certificate that is for no client');
  const key = read.publicKey.export({ format: 'jwk' });
  if (key.kty !== kty || key.crv !== crv || key.x !== x || key.y !== y) throw invalid('is not made with the key of its certificate');
}

/**
 * Verifies that whoever sends a request holds the key of the certificate it shows: a DPoP proof (RFC 9449 4.3) with the certificate in
 * `x5c` (RFC 7515 4.1.6), as browsers cannot show one on a connection without asking the person. Attacker-controlled.
 * @param proof value of the header `DPoP`
 * @param now seconds since the epoch
 * @throws HubError DEVICE_PROOF_INVALID, DEVICE_PROOF_OUT_OF_TIME
 */
export async function verifyDeviceProof(proof: string, { method, url }: ProvenRequest, now: number): Promise<DeviceProof> {
  if (proof.length > MAX_LENGTH) throw invalid('is too long');
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: TYPE, algorithms: [ALGORITHM], currentDate: new Date(now * 1000) }).catch((cause: unknown) => {
    throw invalid('is not signed by the key it names, or is no JWT', cause);
  });
  const header = HEADER.safeParse(protectedHeader);
  if (!header.success) throw invalid('has another header than typ, alg, jwk and one certificate in x5c');
  const claims = CLAIMS.safeParse(payload);
  if (!claims.success) throw invalid('lacks one of jti, htm, htu and iat');
  const { jti, htm, htu, iat } = claims.data;
  if (htm !== method) throw invalid('is for another method');
  if (htu !== url) throw invalid('is for another address');
  const certificate = Buffer.from(header.data.x5c[0], 'base64');
  requireKeyOf(certificate, header.data.jwk);
  // Last: only who holds the key is told that it is the clock.
  if (Math.abs(now - iat) > WINDOW_SECONDS) throw new HubError('DEVICE_PROOF_OUT_OF_TIME', `the proof was made more than ${String(WINDOW_SECONDS)} seconds before or after now`);
  return { certificate, id: jti, issuedAt: iat };
}
