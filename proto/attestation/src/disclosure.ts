import { pack, SDJwt } from '@sd-jwt/core';

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

type Hash = (text: string | ArrayBuffer) => Promise<Uint8Array>;

const hashOf = (platform: SignaturePlatform): Hash => (text) =>
  platform.sha256(typeof text === 'string' ? new TextEncoder().encode(text) : new Uint8Array(text));

const hash = hashOf(WEB_CRYPTO);

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

/**
 * Attacker-controlled input: the holder presents it. The library drops a disclosure no digest stands for; here it is
 * refused (RFC 9901 7.1 step 5), and so is one presented twice or of another name.
 *
 * @throws {AttestationError} ATTESTATION_DISCLOSURE_INVALID
 */
export async function verifyDisclosures(
  token: string,
  encoded: readonly string[],
  digests: readonly string[],
  platform: SignaturePlatform = WEB_CRYPTO,
): Promise<HolderDisclosures> {
  if (encoded.length === 0) return {};
  const hasher = hashOf(platform);
  const unused = new Set(digests);
  let found: HolderDisclosures = {};
  for (const disclosure of await decodeDisclosures(token, encoded, hasher)) {
    const digest = await disclosure.digest({ hasher, alg: HASH_NAME });
    if (!unused.delete(digest)) throw invalid('a disclosure is not of this attestation');
    if (disclosure.key !== MASKED_NAME || found.maskedName !== undefined) throw invalid('a disclosure of another name');
    if (typeof disclosure.value !== 'string' || !isMaskedName(disclosure.value)) throw invalid('not a masked name');
    found = { maskedName: disclosure.value };
  }
  return found;
}

async function decodeDisclosures(token: string, encoded: readonly string[], hasher: Hash): Promise<NonNullable<SDJwt['disclosures']>> {
  try {
    return (await SDJwt.fromEncode(`${token}~${encoded.join('~')}~`, hasher)).disclosures ?? [];
  } catch (cause) {
    throw new AttestationError('ATTESTATION_DISCLOSURE_INVALID', 'a disclosure cannot be read', { cause });
  }
}

function invalid(message: string): AttestationError {
  return new AttestationError('ATTESTATION_DISCLOSURE_INVALID', message);
}
