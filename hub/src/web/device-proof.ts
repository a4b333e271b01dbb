import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import type { PROOF_ALGORITHM, PROOF_TYPE, PROOF_WINDOW_SECONDS } from '../../web/shared/device-api.js';
import { HubError } from '../errors.js';

const TYPE: typeof PROOF_TYPE = 'dpop+jwt';
const ALGORITHM: typeof PROOF_ALGORITHM = 'ES256';
const WINDOW_SECONDS: typeof PROOF_WINDOW_SECONDS = 60;

/** Longest proof that is looked at, in characters: one with a certificate on P-256 has 2000. */
const MAX_LENGTH = 8192;

/** Certificates whose keys are remembered, half a kilobyte each: taking one apart costs twice what the rest of a proof does. */
const REMEMBERED = 20_000;

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

type Header = z.output<typeof HEADER>;

function parseHeader(proof: string): Header {
  if (proof.length > MAX_LENGTH) throw invalid('is too long');
  let header: unknown;
  try {
    header = decodeProtectedHeader(proof);
  } catch (cause) {
    throw invalid('is no JWT', cause);
  }
  const parsed = HEADER.safeParse(header);
  if (!parsed.success) throw invalid('has another header than typ, alg, jwk and one certificate in x5c');
  return parsed.data;
}

/** The key of a client's certificate, and how it is written as JWK. TLS looks at what it is for where a certificate comes by TLS. */
interface CertifiedKey {
  readonly key: KeyObject;
  readonly x: string | undefined;
  readonly y: string | undefined;
}

function readKey(certificate: Buffer): CertifiedKey {
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
  const { kty, crv, x, y } = read.publicKey.export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256') throw invalid('holds a certificate with another kind of key');
  return { key: read.publicKey, x, y };
}

/**
 * Verifies that whoever sends a request holds the key of the certificate it shows: a DPoP proof (RFC 9449 4.3) with the certificate in
 * `x5c` (RFC 7515 4.1.6), as browsers cannot show one on a connection without asking the person. Remembers the keys of certificates,
 * and nothing about whether they are good.
 */
export class DeviceProofs {
  readonly #keys = new Map<string, CertifiedKey>();

  /**
   * Attacker-controlled.
   * @param proof value of the header `DPoP`
   * @param now seconds since the epoch
   * @throws HubError DEVICE_PROOF_INVALID, DEVICE_PROOF_OUT_OF_TIME
   */
  async verify(proof: string, { method, url }: ProvenRequest, now: number): Promise<DeviceProof> {
    const { jwk, x5c } = parseHeader(proof);
    const certificate = Buffer.from(x5c[0], 'base64');
    const { key, x, y } = this.#keyOf(certificate);
    if (jwk.x !== x || jwk.y !== y) throw invalid('names another key than that of its certificate');
    const { payload } = await jwtVerify(proof, key, { typ: TYPE, algorithms: [ALGORITHM], currentDate: new Date(now * 1000) }).catch((cause: unknown) => {
      throw invalid('is not signed by the key of its certificate, or its time is over', cause);
    });
    const claims = CLAIMS.safeParse(payload);
    if (!claims.success) throw invalid('lacks one of jti, htm, htu and iat');
    const { jti, htm, htu, iat } = claims.data;
    if (htm !== method) throw invalid('is for another method');
    if (htu !== url) throw invalid('is for another address');
    // Last: only who holds the key is told that it is the clock.
    if (Math.abs(now - iat) > WINDOW_SECONDS) throw new HubError('DEVICE_PROOF_OUT_OF_TIME', `the proof was made more than ${String(WINDOW_SECONDS)} seconds before or after now`);
    return { certificate, id: jti, issuedAt: iat };
  }

  #keyOf(certificate: Buffer): CertifiedKey {
    const fingerprint = createHash('sha256').update(certificate).digest('base64');
    const known = this.#keys.get(fingerprint);
    if (known !== undefined) return known;
    const read = readKey(certificate);
    // Whoever shows certificates of his own making pushes others out, which costs them a reading and nothing else.
    const [oldest] = this.#keys.size >= REMEMBERED ? this.#keys.keys() : [];
    if (oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(fingerprint, read);
    return read;
  }
}
