import { hash } from 'node:crypto';
import {
  AttestationError,
  parseAttestation,
  verifyAttestation,
  type AttestationErrorCode,
  type ProvinceKeyRing,
  type VerifiedAttestation,
} from '@health-code/attestation';
import { attestationSubject } from '@health-code/messages';

/** A message as it came from the stream; `payload` is attacker-controlled. */
export interface IngestMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly streamSequence: number;
}

/** Why a message was set aside. Besides the attestation's own codes: a fault of ours while checking, or a database that refuses the row. */
export type QuarantineCode = AttestationErrorCode | 'INGEST_CHECK_FAILED' | 'INGEST_APPEND_REFUSED';

/** A message that is an attestation of the province on whose subject it came. */
export interface VerifiedMessage {
  readonly message: IngestMessage;
  readonly verified: VerifiedAttestation;
}

/** A message that is not; its bytes are forgotten here. */
export interface RefusedMessage {
  readonly streamSequence: number;
  /** From the subject, which NATS vouches for; never from the content. `unknown` when it is no province code. */
  readonly issuer: string;
  readonly code: QuarantineCode;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Uint8Array;
  /** Kept for the log where the fault is ours. */
  readonly cause?: unknown;
}

/** A message after checking. */
export type CheckedMessage = VerifiedMessage | RefusedMessage;

const ISSUER_OF_SUBJECT = new RegExp(`^${attestationSubject('([0-9]{6})').replaceAll('.', '\\.')}$`);

/**
 * The one check of an attestation on arrival (invariant 4): form, issuer, key, signature, clock. Never rejects: whatever
 * is wrong with a message is an outcome, so that no message can stop the feed. `now` in seconds.
 */
export async function checkMessage(message: IngestMessage, ring: ProvinceKeyRing, now: number): Promise<CheckedMessage> {
  const issuer = ISSUER_OF_SUBJECT.exec(message.subject)?.[1] ?? 'unknown';
  const { payload } = message;
  try {
    // One character a byte: what is not ASCII is not base64url either, and the parser refuses it.
    const parsed = parseAttestation(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1'));
    // A disclosure is for the holder alone; the hub must not store one, not even by accident (invariant 5).
    if (parsed.disclosures.length > 0 || parsed.token.length !== payload.length) throw disclosed();
    if (parsed.claims.issuer !== issuer) throw foreign();
    // Whatever date it bears: it comes after the revocation, and whoever has the key can date it back.
    if (ring.find(parsed.header.kid)?.revokedFrom !== undefined) throw revoked();
    return { message, verified: await verifyAttestation(parsed, ring, now) };
  } catch (cause) {
    const code = cause instanceof AttestationError ? cause.code : 'INGEST_CHECK_FAILED';
    return { streamSequence: message.streamSequence, issuer, code, size: payload.length, sha256: hash('sha256', payload, 'buffer'), cause };
  }
}

/** A verified message that must be set aside after all. */
export function refuseVerified({ message, verified }: VerifiedMessage, code: QuarantineCode, cause: unknown): RefusedMessage {
  const { streamSequence, payload } = message;
  return { streamSequence, issuer: verified.attestation.issuer, code, size: payload.length, sha256: hash('sha256', payload, 'buffer'), cause };
}

const disclosed = (): AttestationError =>
  new AttestationError('ATTESTATION_DISCLOSURE_INVALID', 'disclosures travel with the holder, never over NATS');
const revoked = (): AttestationError => new AttestationError('ATTESTATION_KEY_REVOKED', 'the key may be in other hands: nothing more is taken in of it');
const foreign = (): AttestationError =>
  new AttestationError('ATTESTATION_ISSUER_MISMATCH', 'the issuer is not the province on whose subject this came');
