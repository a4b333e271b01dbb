import { pack } from '@sd-jwt/core';

import { decodeBase64Url, encodeBase64Url } from './base64url.js';
import { AttestationError } from './errors.js';
import { PRINTABLE_TEXT } from './printable-text.js';
import { WEB_CRYPTO, type SignaturePlatform } from './signature-platform.js';

/** What only the holder shows. */
export interface HolderDisclosures {
  /** 脱敏姓名 as the province masks it, for example 测*甲: what a checkpoint compares with the person. */
  readonly maskedName?: string;
}

/** Name of the disclosed claim. */
const MASKED_NAME = 'masked_name';

const MASKED_NAME_LENGTH = 64;

const isMaskedName = (text: string): boolean => text !== '' && text.length <= MASKED_NAME_LENGTH && PRINTABLE_TEXT.test(text);

/** Disclosures of one attestation, encoded for its presentation, and their digests for its claims. */
export interface PackedDisclosures {
  readonly digests: readonly string[];
  readonly encoded: readonly string[];
}

const HASH_NAME = 'sha-256';

const hash = (text: string | ArrayBuffer): Promise<Uint8Array> => WEB_CRYPTO.sha256(typeof text === 'string' ? new TextEncoder().encode(text) : new Uint8Array(text));

/**
 * Salted digests and encoded disclosures (RFC 9901 4.2).
 *
 * @throws {AttestationError} ATTESTATION_DISCLOSURE_INVALID for a name that is empty, too long or not text.
 */
export async function packDisclosures(disclosures: HolderDisclosures, salt: () => string): Promise<PackedDisclosures> {
  const { maskedName } = disclosures;
  if (maskedName === undefined) return { digests: [], encoded: [] };
  if (!isMaskedName(maskedName)) throw invalid('masked name is not 1 to 64 characters of text');
  const claims = { [MASKED_NAME]: maskedName };
  const packed = await pack(claims, { _sd: [MASKED_NAME] }, { hasher: hash, alg: HASH_NAME }, salt);
  const digests = await Promise.all(packed.disclosures.map((one) => one.digest({ hasher: hash, alg: HASH_NAME })));
  return { digests, encoded: packed.disclosures.map((one) => one.encode()) };
}

/** A disclosure as it was presented: `[salt, name, value]` (RFC 9901 4.2.1). */
interface PresentedDisclosure {
  readonly name: unknown;
  readonly value: unknown;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const ENCODER = new TextEncoder();

/**
 * Attacker-controlled input: the holder presents it. A disclosure no digest stands for is refused (RFC 9901 7.1 step 5), and so is
 * one presented twice or of another name. Own code, of a few lines: the library reads the whole token again, which takes as
 * long as a signature, and drops what it cannot place.
 *
 * @throws {AttestationError} ATTESTATION_DISCLOSURE_INVALID
 */
export async function verifyDisclosures(
  encoded: readonly string[],
  digests: readonly string[],
  platform: SignaturePlatform = WEB_CRYPTO,
): Promise<HolderDisclosures> {
  const unused = new Set(digests);
  let found: HolderDisclosures = {};
  for (const one of encoded) {
    const { name, value } = decodeDisclosure(one);
    const digest = encodeBase64Url(await platform.sha256(ENCODER.encode(one)));
    if (!unused.delete(digest)) throw invalid('a disclosure is not of this attestation');
    if (name !== MASKED_NAME || found.maskedName !== undefined) throw invalid('a disclosure of another name');
    if (typeof value !== 'string' || !isMaskedName(value)) throw invalid('not a masked name');
    found = { maskedName: value };
  }
  return found;
}

function decodeDisclosure(encoded: string): PresentedDisclosure {
  const bytes = decodeBase64Url(encoded);
  if (bytes === undefined) throw invalid('a disclosure is not canonical base64url');
  let content: unknown;
  try {
    content = JSON.parse(UTF_8.decode(bytes));
  } catch (cause) {
    throw new AttestationError('ATTESTATION_DISCLOSURE_INVALID', 'a disclosure cannot be read', { cause });
  }
  if (!Array.isArray(content) || content.length !== 3 || typeof content[0] !== 'string') throw invalid('a disclosure is not a salt, a name and a value');
  const [, name, value] = content as readonly unknown[];
  return { name, value };
}

function invalid(message: string): AttestationError {
  return new AttestationError('ATTESTATION_DISCLOSURE_INVALID', message);
}
