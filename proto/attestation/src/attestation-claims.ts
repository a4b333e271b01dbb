import { z } from 'zod';

import { CLOCK_TOLERANCE_SECONDS, type Attestation } from './attestation.js';
import { ATTESTATION_KINDS, type AttestationKind } from './attestation-kind.js';
import { decodeBase64Url } from './base64url.js';
import { CLAIM_FORMS, wholly } from './claim-forms.js';
import { AttestationError } from './errors.js';
import { EVIDENCE_CLASSES } from './health-status.js';
import { KIND_TABLE } from './kind-table.js';
import { PRINTABLE_TEXT } from './printable-text.js';
import { isProvinceCode, type ProvinceCode } from './province.js';
import { statusListPlace } from './status-list/status-list-place.js';
import { isSubjectReference } from './subject-reference.js';

/** Longest life of an attestation, in seconds: 31 days. */
export const ATTESTATION_MAX_LIFETIME_SECONDS = 31 * 24 * 60 * 60;

/** Most digests of disclosures in one attestation. */
const MAXIMUM_DISCLOSURES = 8;

const sequence = z.int().min(1);
const seconds = z.int().min(0);
const digest = z.string().refine((text) => text.length === 43 && decodeBase64Url(text) !== undefined);
const identifier = z.string().regex(wholly(CLAIM_FORMS.identifier));
/** What the local system said, in its own script. */
const localText = z.string().max(128).regex(PRINTABLE_TEXT);

/** What tokens of every kind hold; strict on every level. */
const COMMON_SHAPE = {
  iss: z.string().refine(isProvinceCode),
  sub: z.string().refine(isSubjectReference),
  seq: sequence,
  iat: seconds,
  exp: seconds,
  since: seconds,
  reason: z.string().regex(wholly(CLAIM_FORMS.reason)),
  rule: z.strictObject({ id: identifier, ver: identifier }),
  auth: z.string().regex(wholly(CLAIM_FORMS.authority)),
  evid: z.enum(EVIDENCE_CLASSES),
  orig: z.strictObject({ sys: localText.min(1), fld: localText, val: localText }),
  src: z.strictObject({ iss: z.string().refine(isProvinceCode), seq: sequence, iat: seconds }).optional(),
  supersedes: sequence.optional(),
  status: z.strictObject({ status_list: z.strictObject({ idx: z.int().min(0), uri: z.string() }) }),
  _sd: z.array(digest).min(1).max(MAXIMUM_DISCLOSURES).optional(),
};

type CommonWireClaims = z.infer<z.ZodObject<typeof COMMON_SHAPE>>;

/** The claims of one token, by their names on the wire: `kind`, a `code` of its table, and the claims of that kind alone. */
export type WireClaims = CommonWireClaims & { readonly kind: AttestationKind; readonly code: string };

/** {@link KIND_TABLE} as it is used here, where the kind is not known before the token is read. */
interface AnyKindClaims {
  readonly isConvertible: boolean;
  readonly own?: {
    readonly shape: z.ZodRawShape;
    toWire(own: Attestation): object;
    fromWire(claims: WireClaims): object;
    readonly rules: typeof CROSS_CLAIM_RULES;
  };
}

const KINDS = KIND_TABLE as unknown as Readonly<Record<string, AnyKindClaims | undefined>>;

function schemaOf(kind: AttestationKind) {
  return z.strictObject({ ...COMMON_SHAPE, ...KINDS[kind]?.own?.shape, kind: z.literal(kind), code: z.enum(KIND_TABLE[kind].values) });
}

type WireSchema = ReturnType<typeof schemaOf>;

/** The payload as it stands in the token, one schema for each kind. */
const WIRE_CLAIMS = z.discriminatedUnion('kind', ATTESTATION_KINDS.map(schemaOf) as [WireSchema, ...WireSchema[]]);

/** Two attestations in one place would stand and fall together: each has the place that its number gives it. */
function isPlaceOf({ idx, uri }: CommonWireClaims['status']['status_list'], issuer: string, sequence: number): boolean {
  const place = statusListPlace(issuer as ProvinceCode, sequence);
  return idx === place.index && uri === place.uri;
}

/** Rules over more than one claim: the claim that is reported, and whether the rule is broken. */
const CROSS_CLAIM_RULES: readonly (readonly [string, (claims: WireClaims) => boolean])[] = [
  ['exp', ({ iat, exp }) => exp <= iat || exp - iat > ATTESTATION_MAX_LIFETIME_SECONDS],
  ['since', ({ since, iat }) => since > iat + CLOCK_TOLERANCE_SECONDS],
  ['src.iss', ({ src, iss }) => src?.iss === iss],
  ['src', ({ src, kind, code }) => src !== undefined && (code === 'none' || KINDS[kind]?.isConvertible !== true)],
  // The source has lived no longer than any statement may, and what was made of it ends with it at the latest.
  ['src.iat', ({ src, iat, exp }) => src !== undefined && (src.iat > iat || exp - src.iat > ATTESTATION_MAX_LIFETIME_SECONDS)],
  ['supersedes', ({ supersedes, seq }) => supersedes !== undefined && supersedes >= seq],
  ['status.status_list', ({ iss, seq, status }) => !isPlaceOf(status.status_list, iss, seq)],
  ['_sd', ({ _sd }) => _sd !== undefined && new Set(_sd).size !== _sd.length],
];

/**
 * Checks the form of a payload.
 *
 * @throws {AttestationError} ATTESTATION_CLAIMS_INVALID, naming every bad claim by its path and none by its value.
 */
export function parseWireClaims(payload: unknown): WireClaims {
  const parsed = WIRE_CLAIMS.safeParse(payload);
  if (!parsed.success) throw refusal(parsed.error.issues.map((issue) => issue.path.join('.') || '(unknown claim)'));
  const claims: WireClaims = parsed.data;
  const broken = brokenRules(claims);
  if (broken.length > 0) throw refusal(broken);
  return claims;
}

/** What claims of the right form say against each other, by the paths that are reported; checks no form. */
export function brokenRules(claims: WireClaims): readonly string[] {
  const broken: string[] = [];
  for (const rules of [CROSS_CLAIM_RULES, KINDS[claims.kind]?.own?.rules ?? []]) {
    for (const [path, isBroken] of rules) if (isBroken(claims)) broken.push(path);
  }
  return broken;
}

function refusal(paths: readonly string[]): AttestationError {
  return new AttestationError('ATTESTATION_CLAIMS_INVALID', `claims not as specified: ${[...new Set(paths)].join(', ')}`);
}

type Writable<Type> = { -readonly [Member in keyof Type]: Type[Member] };

/** From the names on the wire to ours; checks nothing. */
export function fromWireClaims(claims: WireClaims): Attestation {
  const attestation = {
    issuer: claims.iss,
    subject: claims.sub,
    sequence: claims.seq,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
    kind: claims.kind,
    status: claims.code,
    since: claims.since,
    reason: claims.reason,
    rule: { id: claims.rule.id, version: claims.rule.ver },
    authority: claims.auth,
    evidence: claims.evid,
    original: { system: claims.orig.sys, field: claims.orig.fld, value: claims.orig.val },
    disclosureDigests: claims._sd ?? [],
  } as Writable<Attestation>;
  const own = KINDS[claims.kind]?.own;
  if (own !== undefined) Object.assign(attestation, own.fromWire(claims));
  if (claims.src !== undefined) attestation.source = { issuer: claims.src.iss, sequence: claims.src.seq, issuedAt: claims.src.iat };
  if (claims.supersedes !== undefined) attestation.supersedes = claims.supersedes;
  return attestation;
}

/** To the names on the wire, in the one order of members every token has. */
export function toWireClaims(attestation: Attestation): WireClaims {
  const { rule, original, source, supersedes, disclosureDigests } = attestation;
  const claims = {
    iss: attestation.issuer,
    sub: attestation.subject,
    seq: attestation.sequence,
    iat: attestation.issuedAt,
    exp: attestation.expiresAt,
    kind: attestation.kind,
    code: attestation.status,
    since: attestation.since,
    reason: attestation.reason,
    rule: { id: rule.id, ver: rule.version },
    auth: attestation.authority,
    evid: attestation.evidence,
    orig: { sys: original.system, fld: original.field, val: original.value },
  } as Writable<WireClaims>;
  const own = KINDS[attestation.kind]?.own;
  if (own !== undefined) Object.assign(claims, own.toWire(attestation));
  if (source !== undefined) claims.src = { iss: source.issuer, seq: source.sequence, iat: source.issuedAt };
  if (supersedes !== undefined) claims.supersedes = supersedes;
  const { index, uri } = statusListPlace(attestation.issuer, attestation.sequence);
  claims.status = { status_list: { idx: index, uri } };
  if (disclosureDigests.length > 0) claims._sd = [...disclosureDigests];
  return claims;
}
