import { ATTESTATION_MAX_BYTES, type Attestation } from './attestation.js';
import { fromWireClaims, parseWireClaims, toWireClaims, type WireClaims } from './attestation-claims.js';
import { parseAttestationHeader, type AttestationHeader } from './attestation-header.js';
import { decodeBase64UrlBytes, decodedLength } from './base64url.js';
import { readCanonicalClaims } from './canonical-claims.js';
import { AttestationError } from './errors.js';

/** The form is right; nothing is known yet about who wrote it. */
export interface UnverifiedAttestation {
  /** The compact JWS alone, without disclosures. */
  readonly token: string;
  readonly header: AttestationHeader;
  readonly payload: Uint8Array;
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
  readonly claims: Attestation;
  /** Encoded disclosures, where the text was an SD-JWT; unchecked. */
  readonly disclosures: readonly string[];
}

/** A byte order mark stays and is then refused as JSON: with it the same claims would have two texts. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const ENCODER = new TextEncoder();

/**
 * Attacker-controlled input: a compact JWS (RFC 7515 7.1) or an SD-JWT without key binding (RFC 9901 4). One content
 * has one text. Nothing is trimmed, padded or skipped; base64url and UTF-8 are canonical; header and payload are byte
 * for byte what {@link signAttestation} writes for the same claims, which leaves no room for duplicate or reordered
 * members, spaces, escapes, `1.0` for `1` or a second reading by another JSON parser.
 *
 * @throws {AttestationError} ATTESTATION_TOO_LARGE, ATTESTATION_MALFORMED, ATTESTATION_ENCODING_NOT_CANONICAL,
 * ATTESTATION_HEADER_INVALID, ATTESTATION_ALGORITHM_UNSUPPORTED, ATTESTATION_TYPE_UNSUPPORTED,
 * ATTESTATION_CLAIMS_INVALID
 */
export function parseAttestation(text: string): UnverifiedAttestation {
  if (text.length > ATTESTATION_MAX_BYTES) throw new AttestationError('ATTESTATION_TOO_LARGE', 'text is too long');
  const { token, disclosures } = splitPresentation(text);
  const [headerEnd, payloadEnd] = splitToken(token);
  // The text's bytes, and after them the payload's: two pieces of memory cost as much as reading half of the text.
  const memory = new Uint8Array(token.length + decodedLength(payloadEnd - headerEnd - 1));
  const { read, written } = ENCODER.encodeInto(token, memory);
  // Only so are places in the text places in its bytes.
  if (read !== token.length || written !== token.length) throw notCanonical('base64url is not canonical');
  const bytes = memory.subarray(0, token.length);
  const headerText = token.slice(0, headerEnd);
  const known = HEADERS.get(headerText);
  // All three before anything is read: of two faults the encoding is the one that is told.
  const headerBytes = known === undefined ? decodeBytes(bytes, 0, headerEnd) : NOTHING;
  const payload = decodeBytes(bytes, headerEnd + 1, payloadEnd, memory.subarray(token.length));
  const signature = decodeBytes(bytes, payloadEnd + 1, bytes.length);
  const header = known ?? parseHeader(headerText, headerBytes);

  const claims = parsePayload(decodeText(payload));
  return { token, header, payload, signingInput: bytes.subarray(0, payloadEnd), signature, claims, disclosures };
}

function parsePayload(json: string): Attestation {
  const canonical = readCanonicalClaims(json);
  if (canonical !== undefined) return fromWireClaims(canonical);
  const claims = fromWireClaims(parseWireClaims(parseJson(json)));
  requireCanonical(json, toWireClaims(claims));
  return claims;
}

/** Every attestation that one key signed has the same one: those that were found good are kept, by their text. */
const HEADERS = new Map<string, AttestationHeader>();

const NOTHING = new Uint8Array();

/** Anybody can make up key ids: beyond so many all are forgotten. */
const HEADERS_KEPT = 256;

function parseHeader(text: string, bytes: Uint8Array): AttestationHeader {
  const json = decodeText(bytes);
  const header = Object.freeze(parseAttestationHeader(parseJson(json)));
  requireCanonical(json, header);
  if (HEADERS.size >= HEADERS_KEPT) HEADERS.clear();
  HEADERS.set(text, header);
  return header;
}

/**
 * The claims of a token that is already known, byte for byte, to have been parsed and verified: what the hub reads back
 * from its own ledger. Checks nothing; for any other text use {@link parseAttestation}.
 */
export function readClaims(token: string): Attestation {
  return readPayload(decodeText(decodeSegment(token.slice(token.indexOf('.') + 1, token.lastIndexOf('.')))));
}

/** {@link readClaims} for a caller whose platform decodes base64url faster: takes the decoded second segment. */
export function readPayload(payloadJson: string): Attestation {
  return fromWireClaims(JSON.parse(payloadJson) as WireClaims);
}

/** A text a holder shows, in its parts; nothing is checked but that it can be split in one way only. */
export interface Presentation {
  /** The compact JWS alone. */
  readonly token: string;
  /** Encoded disclosures, canonical base64url. */
  readonly disclosures: readonly string[];
}

/**
 * RFC 9901 4: `token`, or `token~disclosure~…~`. What follows the last `~` would be a key binding.
 *
 * @throws {AttestationError} ATTESTATION_MALFORMED, ATTESTATION_ENCODING_NOT_CANONICAL
 */
export function splitPresentation(text: string): Presentation {
  if (!text.includes('~')) return { token: text, disclosures: [] };
  const [token = '', ...rest] = text.split('~');
  if (rest.pop() !== '') throw malformed('text does not end with its last disclosure');
  if (rest.includes('')) throw malformed('empty disclosure');
  rest.forEach(decodeSegment);
  return { token, disclosures: rest };
}

/** Where the header ends, and where the payload does. */
function splitToken(token: string): readonly [headerEnd: number, payloadEnd: number] {
  const headerEnd = token.indexOf('.');
  const payloadEnd = token.indexOf('.', headerEnd + 1);
  const isThree = headerEnd > 0 && payloadEnd > headerEnd + 1 && payloadEnd < token.length - 1 && !token.includes('.', payloadEnd + 1);
  if (!isThree) throw malformed('not three segments');
  return [headerEnd, payloadEnd];
}

function decodeSegment(segment: string): Uint8Array {
  const bytes = ENCODER.encode(segment);
  return decodeBytes(bytes, 0, bytes.length);
}

function decodeBytes(text: Uint8Array, start: number, end: number, into?: Uint8Array<ArrayBuffer>): Uint8Array {
  const bytes = decodeBase64UrlBytes(text, start, end, into);
  if (!bytes) throw notCanonical('base64url is not canonical');
  return bytes;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch (cause) {
    throw notCanonical('not UTF-8', cause);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AttestationError('ATTESTATION_MALFORMED', 'not JSON', { cause });
  }
}

function requireCanonical(text: string, content: unknown): void {
  if (JSON.stringify(content) !== text) throw notCanonical('JSON is not in its canonical form');
}

function malformed(message: string): AttestationError {
  return new AttestationError('ATTESTATION_MALFORMED', message);
}

function notCanonical(message: string, cause?: unknown): AttestationError {
  return new AttestationError('ATTESTATION_ENCODING_NOT_CANONICAL', message, { cause });
}
