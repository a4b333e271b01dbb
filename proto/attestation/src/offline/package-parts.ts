import { z } from 'zod';

import { decodeBase64Url } from '../base64url.js';
import { AttestationError } from '../errors.js';
import { PRINTABLE_TEXT } from '../printable-text.js';
import { isProvinceCode } from '../province.js';
import { CHECKPOINT_CLASSES } from '../verdict-policy.js';

/** Most bytes of one target; a longer one is not fetched. */
export const PACKAGE_TARGET_MAX_BYTES = 32 * 1024 * 1024;

const province = z.string().refine(isProvinceCode);
const sequence = z.int().min(1);
const seconds = z.int().min(0);
const version = z.int().min(1);
const digest = z.string().refine((text) => decodeBase64Url(text)?.length === 32, 'not 32 bytes in base64url');
const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
/** Shown to people, and written by others: no control characters, bounded. */
const shownText = z.string().max(512).regex(PRINTABLE_TEXT);

const RECOGNISER = z.strictObject({ prefix: z.string().min(1).max(256), infix: z.string().max(256), minLength: z.int().min(1), maxLength: z.int().min(1) });

const PROVINCES = z.strictObject({
  provinces: z.array(
    z.strictObject({
      code: province,
      standing: z.enum(['admitted', 'suspended']),
      /** Checked one by one where the package is opened; JWK member `exp` is when a key ends. */
      keys: z.array(z.strictObject({ jwk: z.record(z.string(), z.unknown()), revokedFrom: seconds.optional() })),
      rules: z.array(z.strictObject({ id: identifier, version: identifier })),
      recognisers: z.array(RECOGNISER),
    }),
  ),
});

const FEEDS = z.strictObject({ feeds: z.array(z.strictObject({ issuer: province, confirmedAt: seconds })) });

const LIMITS = z
  .strictObject({ fresh: seconds, ageing: seconds, stale: seconds })
  .refine(({ fresh, ageing, stale }) => fresh <= ageing && ageing <= stale, 'limits do not grow');

const POLICIES = z.strictObject({
  freshness: z.strictObject({ version, limits: z.strictObject({ general: LIMITS, transport: LIMITS, medical: LIMITS, 'key-place': LIMITS } satisfies Record<(typeof CHECKPOINT_CLASSES)[number], typeof LIMITS>) }),
  regional: z.array(
    z.strictObject({ id: z.string().min(1).max(128), version, receiver: province, issuers: z.array(province), effectiveFrom: seconds, effectiveUntil: seconds }),
  ),
});

const TEXTS = z.strictObject({
  reasons: z.array(z.strictObject({ code: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/), zh: shownText, en: shownText, guidanceZh: shownText, guidanceEn: shownText })),
  rules: z.array(z.strictObject({ issuer: province, id: identifier, version: identifier, title: shownText })),
});

const EXCEPTIONS = z.strictObject({
  /** Statements of the ledger that another province contradicts, or that say something else than the source they name. */
  conflicts: z.array(z.strictObject({ issuer: province, sequence })),
  /** Numbers under which an issuer signed more than one statement, with SHA-256 of the payload of the one that the ledger holds. */
  equivocations: z.array(z.strictObject({ issuer: province, sequence, contentDigest: digest })),
  /** 转码来源: statements that others were made from, where more is known of them than those others say. */
  sources: z.array(
    z.strictObject({
      issuer: province,
      sequence,
      /** 密钥已作废: what was made from it falls with it. */
      keyRevoked: z.boolean(),
      /** Of the source itself; stated where what was made from it claims to last longer. */
      expiresAt: seconds.optional(),
    }),
  ),
});

const STATUS_LISTS = z.strictObject({
  lists: z.array(z.strictObject({ uri: z.string().min(1).max(128), issuer: province, shard: z.int().min(0), version, issuedAt: seconds, size: z.int().min(0), digest })),
});

const LEDGER = z.strictObject({ entries: z.int().min(0), madeAt: seconds });

/** Every part: the name of its target (TUF 1.0, 4.5), and what it holds; strict on every level. */
const SCHEMAS = {
  provinces: PROVINCES,
  feeds: FEEDS,
  policies: POLICIES,
  texts: TEXTS,
  exceptions: EXCEPTIONS,
  statusLists: STATUS_LISTS,
  ledger: LEDGER,
} as const;

/** A part of the offline package. */
export type PackagePart = keyof typeof SCHEMAS;

/** 离线核验包: what a checkpoint without a network judges by. Times in seconds since the epoch. */
export type PackageParts = { readonly [Part in PackagePart]: Readonly<z.infer<(typeof SCHEMAS)[Part]>> };

/** The target file of each part. */
export const PACKAGE_TARGET_NAMES: Readonly<Record<PackagePart, string>> = {
  provinces: 'provinces.json',
  feeds: 'feeds.json',
  policies: 'policies.json',
  texts: 'texts.json',
  exceptions: 'exceptions.json',
  statusLists: 'status-lists.json',
  ledger: 'ledger.json',
};

/** The parts, in the order they are fetched in. */
export const PACKAGE_PARTS = Object.keys(SCHEMAS) as readonly PackagePart[];

/** The target files of a package: each of them, and none besides. */
export const PACKAGE_TARGETS: readonly string[] = PACKAGE_PARTS.map((part) => PACKAGE_TARGET_NAMES[part]);

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A part out of its target's bytes.
 *
 * @throws {AttestationError} PACKAGE_INVALID, naming every bad member by its path and none by its value.
 */
export function parsePackagePart<Part extends PackagePart>(part: Part, bytes: Uint8Array): PackageParts[Part] {
  const parsed = SCHEMAS[part].safeParse(parseJson(part, bytes));
  if (parsed.success) return parsed.data as PackageParts[Part];
  const paths = parsed.error.issues.slice(0, 8).map((issue) => issue.path.join('.') || '(part)');
  throw new AttestationError('PACKAGE_INVALID', `${PACKAGE_TARGET_NAMES[part]} not as specified: ${[...new Set(paths)].join(', ')}`);
}

/**
 * The bytes of a part's target. Equal content has equal bytes, whatever order it comes in: members stand in the order of
 * their names, and every array of a part is a set, written in the order of its entries' texts.
 *
 * @throws {AttestationError} PACKAGE_INVALID for what no reader would take
 */
export function encodePackagePart<Part extends PackagePart>(part: Part, content: PackageParts[Part]): Uint8Array {
  // Nothing is published that no reader would take.
  const bytes = new TextEncoder().encode(JSON.stringify(inOrder(content)));
  if (bytes.length > PACKAGE_TARGET_MAX_BYTES) throw new AttestationError('PACKAGE_INVALID', `${PACKAGE_TARGET_NAMES[part]} is longer than anybody fetches`);
  parsePackagePart(part, bytes);
  return bytes;
}

function parseJson(part: PackagePart, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(UTF_8.decode(bytes));
  } catch (cause) {
    throw new AttestationError('PACKAGE_INVALID', `${PACKAGE_TARGET_NAMES[part]} is not JSON in UTF-8`, { cause });
  }
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const texts = value.map((entry): [string, unknown] => {
      const ordered = inOrder(entry);
      return [JSON.stringify(ordered), ordered];
    });
    return texts.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)).map(([, entry]) => entry);
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, member]) => [name, inOrder(member)]));
}
