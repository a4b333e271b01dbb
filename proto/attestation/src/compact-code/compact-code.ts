import { deflateSync, Inflate } from 'fflate';

import { ATTESTATION_TYPE, SIGNATURE_ALGORITHMS } from '../attestation.js';
import { parseAttestationHeader } from '../attestation-header.js';
import { decodeBase64Url, encodeBase64Url } from '../base64url.js';
import { AttestationError } from '../errors.js';
import { inflateWithin } from '../inflate-within.js';
import { splitPresentation } from '../parse-attestation.js';
import { decodeBase45, encodeBase45 } from './base45.js';
import { DICTIONARY } from './dictionary.js';
import { putRunsBack, readRuns, takeRuns, writeRuns } from './raw-runs.js';

/** What every compact code begins with: alphanumeric in a QR code like all that follows. */
export const COMPACT_CODE_PREFIX = 'CNHC1:';

const PREFIX_BYTES = new TextEncoder().encode(COMPACT_CODE_PREFIX);

/** Most bytes that a code is unpacked to, before anybody looks at them. */
const MAXIMUM_BYTES = 8192;

/** Longest code taken, in characters: an attestation that does not compress at all is no longer. */
const MAXIMUM_CHARACTERS = 12_288;

const VERSION = 1;
const KID_BYTES = 32;
const SIGNATURE_BYTES = 64;
const KID_AT = 1;
const ALGORITHM_AT = KID_AT + KID_BYTES;
const SIGNATURE_AT = ALGORITHM_AT + 1;
const CONTENT_AT = SIGNATURE_AT + SIGNATURE_BYTES;

/** Stands for `~`: after the payload and after each disclosure. No JSON holds it unescaped. */
const SEPARATOR = '\0';

/** Whether it says of itself that it is one: a scanned text, or the bytes of one. */
export function isCompactCode(code: string | Uint8Array): boolean {
  if (typeof code === 'string') return code.startsWith(COMPACT_CODE_PREFIX);
  return PREFIX_BYTES.every((byte, at) => code[at] === byte);
}

/**
 * An attestation with what its holder discloses, for a QR code: the same bytes by half the length, in the alphanumeric mode.
 * {@link unpackPresentation} gives back exactly this text.
 *
 * @param presentation a compact JWS or an SD-JWT, as an issuer of ours signs it
 * @throws {AttestationError} COMPACT_CODE_INVALID for a text that would not come back the same; the codes of {@link parseAttestation}
 * for one whose form or header it refuses
 */
export function packPresentation(presentation: string): string {
  const { token } = splitPresentation(presentation);
  const [header, payload, signature] = token.split('.').map(decodeOrRefuse);
  if (header === undefined || payload === undefined || signature?.length !== SIGNATURE_BYTES) throw refusal('not an attestation');
  const { alg, kid } = parseAttestationHeader(parseJson(header));
  const { text, runs } = takeRuns([payload, ...presentation.split('~').slice(1).map(decodeOrRefuse)].map(toBinary).join(SEPARATOR));
  const packed = concatenate(
    [VERSION], decodeOrRefuse(kid), [SIGNATURE_ALGORITHMS.indexOf(alg)], signature, writeRuns(runs), deflateSync(toBytes(text), { level: 9, dictionary: DICTIONARY }),
  );
  const code = COMPACT_CODE_PREFIX + encodeBase45(packed);
  if (unpackPresentation(code) !== presentation) throw refusal('not as an issuer signs it');
  return code;
}

/**
 * Attacker-controlled input. What comes out is no more than a text that {@link parseAttestation} is to look at.
 *
 * @throws {AttestationError} COMPACT_CODE_INVALID
 */
export function unpackPresentation(text: string): string {
  if (!isCompactCode(text) || text.length > MAXIMUM_CHARACTERS) throw refusal('not a compact code');
  const packed = decodeBase45(text.slice(COMPACT_CODE_PREFIX.length));
  if (packed === undefined || packed.length <= CONTENT_AT) throw refusal('not base45, or too short');
  if (packed[0] !== VERSION) throw refusal('another version');
  const alg = SIGNATURE_ALGORITHMS[packed[ALGORITHM_AT] ?? -1];
  if (alg === undefined) throw refusal('another algorithm');
  const kid = encodeBase64Url(packed.subarray(KID_AT, ALGORITHM_AT));
  const header = encodeBase64Url(new TextEncoder().encode(JSON.stringify({ alg, kid, typ: ATTESTATION_TYPE })));
  const signature = encodeBase64Url(packed.subarray(SIGNATURE_AT, CONTENT_AT));
  const [payload = '', ...disclosures] = unpackContent(packed.subarray(CONTENT_AT)).split(SEPARATOR).map((part) => encodeBase64Url(toBytes(part)));
  return [`${header}.${payload}.${signature}`, ...disclosures].join('~');
}

/** Payload and disclosures, one character for each byte. */
function unpackContent(content: Uint8Array): string {
  const raw = readRuns(content);
  if (raw === undefined) throw refusal('cut off');
  const bytes = inflateWithin(MAXIMUM_BYTES, content.subarray(raw.end), (take) => new Inflate({ dictionary: DICTIONARY }, take));
  if (bytes === undefined || bytes === 'too-long') throw refusal('does not inflate, or to more than an attestation is long');
  const text = putRunsBack({ text: toBinary(bytes), runs: raw.runs });
  if (text === undefined) throw refusal('not as many runs as it says');
  return text;
}

const concatenate = (...parts: readonly Iterable<number>[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const toBinary = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

const toBytes = (binary: string): Uint8Array => Uint8Array.from(binary, (character) => character.charCodeAt(0));

function decodeOrRefuse(text: string): Uint8Array {
  const bytes = decodeBase64Url(text);
  if (bytes === undefined) throw refusal('not base64url');
  return bytes;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new AttestationError('COMPACT_CODE_INVALID', 'header is not JSON', { cause });
  }
}

function refusal(message: string): AttestationError {
  return new AttestationError('COMPACT_CODE_INVALID', message);
}
