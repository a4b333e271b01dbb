import type { Attestation, VerifiedAttestation } from '@health-code/attestation';
import { digestOf } from '../lookup/digest.js';
import type { CheckedMessage, RefusedMessage } from './check-message.js';

/** What the ledger holds of an attestation, enough to tell the same content from other content. */
export interface HeldEntry {
  readonly salt: Uint8Array;
  readonly leafDigest: Uint8Array;
}

/** Finds the ledger entry of (issuer, sequence) from before this batch. */
export type FindHeld = (issuer: string, sequence: number) => HeldEntry | undefined;

/** An attestation that takes the next place in the ledger. */
export interface Appended {
  readonly attestation: Attestation;
  readonly kid: string;
  readonly token: string;
  readonly tokenDigest: Uint8Array;
  readonly contentDigest: Uint8Array;
  readonly salt: Uint8Array;
  readonly leafDigest: Uint8Array;
}

/** What is to be written for a batch, in stream order. */
export interface BatchDecision {
  readonly appended: readonly Appended[];
  /** Other content under a number already taken. Both are kept; the first stays in force. */
  readonly equivocations: readonly VerifiedAttestation[];
  readonly quarantined: readonly RefusedMessage[];
  /** Messages that say what the ledger holds already. */
  readonly duplicates: number;
}

/** Bytes of salt of one ledger entry. */
export const SALT_BYTES = 16;

const LEAF_PREFIX = Uint8Array.of(0);
/** By way of a one-byte string: half the time of asking `hash` for a Buffer (lookup/digest.ts). */
const sha256 = (bytes: Uint8Array | string): Buffer => Buffer.from(digestOf(bytes), 'latin1');

/** What `ledgerLeaf` of the attestation package computes (a test keeps both equal), without a promise for each row. */
export const leafOf = (salt: Uint8Array, contentDigest: Uint8Array): Uint8Array =>
  sha256(Buffer.concat([LEAF_PREFIX, salt, contentDigest]));

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/**
 * Decides what becomes of a batch. The identity of an attestation is (issuer, sequence); a message that was refused
 * consumes no sequence number. A suspended issuer is taken in like any other: suspension is a verdict, decided when
 * somebody asks, so that the feed has no hole on the day it ends (invariant 10) and the record shows what was said
 * meanwhile. `salts` holds {@link SALT_BYTES} random bytes for each message.
 */
export function decideBatch(messages: readonly CheckedMessage[], findHeld: FindHeld, salts: Uint8Array): BatchDecision {
  const appended: Appended[] = [];
  const equivocations: VerifiedAttestation[] = [];
  const quarantined: RefusedMessage[] = [];
  const taken = new Map<string, HeldEntry>();
  let duplicates = 0;

  for (const message of messages) {
    if (!('verified' in message)) {
      quarantined.push(message);
      continue;
    }
    const { attestation, kid, token, contentDigest } = message.verified;
    const { issuer, sequence } = attestation;
    const identity = `${issuer}/${String(sequence)}`;
    const held = taken.get(identity) ?? findHeld(issuer, sequence);
    if (held === undefined) {
      const salt = salts.subarray(appended.length * SALT_BYTES, (appended.length + 1) * SALT_BYTES);
      const entry = { attestation, kid, token, tokenDigest: sha256(token), contentDigest, salt, leafDigest: leafOf(salt, contentDigest) };
      taken.set(identity, entry);
      appended.push(entry);
    } else if (isSame(held.leafDigest, leafOf(held.salt, contentDigest))) duplicates += 1;
    else equivocations.push(message.verified);
  }
  return { appended, equivocations, quarantined, duplicates };
}
