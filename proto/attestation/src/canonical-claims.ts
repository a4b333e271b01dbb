import { brokenRules, type WireClaims } from './attestation-claims.js';
import { ATTESTATION_KINDS, type AttestationKind } from './attestation-kind.js';
import { CLAIM_FORMS } from './claim-forms.js';
import type { EvidenceClass } from './health-status.js';
import { KIND_TABLE } from './kind-table.js';
import { isProvinceCode } from './province.js';
import { isSubjectReference } from './subject-reference.js';

/** Read as they stand; longer numbers are read the whole way, which knows how far integers are exact. */
const POSITIVE = String.raw`([1-9]\d{0,14})`;
const NUMBER = String.raw`(0|[1-9]\d{0,14})`;
/** What a JSON writer leaves as it is, of what may stand in a local text; beyond the first 65,536 characters the whole way is gone. */
const PLAIN = String.raw`[^"\\\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff]`;
/** 32 bytes in canonical base64url. */
const DIGEST = '[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]';

/** Kinds that state nothing beside what all state. */
const PLAIN_KINDS: readonly AttestationKind[] = ATTESTATION_KINDS.filter((kind) => !('own' in KIND_TABLE[kind]));

const isValueOf = (kind: AttestationKind, code: string): boolean => (KIND_TABLE[kind].values as readonly string[]).includes(code);

/** The one text of a payload: the order of members that is written, no space, no escape. */
const PAYLOAD = new RegExp(
  [
    String.raw`^\{"iss":"(\d{6})","sub":"([^"\\]{1,64})","seq":${POSITIVE},"iat":${NUMBER},"exp":${NUMBER}`,
    `,"kind":"(${PLAIN_KINDS.join('|')})","code":"([a-z0-9-]{1,32})","since":${NUMBER},"reason":"(${CLAIM_FORMS.reason})"`,
    String.raw`,"rule":\{"id":"(${CLAIM_FORMS.identifier})","ver":"(${CLAIM_FORMS.identifier})"\},"auth":"(${CLAIM_FORMS.authority})","evid":"(${CLAIM_FORMS.evidence})"`,
    String.raw`,"orig":\{"sys":"(${PLAIN}{1,128})","fld":"(${PLAIN}{0,128})","val":"(${PLAIN}{0,128})"\}`,
    String.raw`(?:,"src":\{"iss":"(\d{6})","seq":${POSITIVE},"iat":${NUMBER}\})?(?:,"supersedes":${POSITIVE})?`,
    String.raw`,"status":\{"status_list":\{"idx":${NUMBER},"uri":"([a-z0-9:]{1,64})"\}\}(?:,"_sd":\["(${DIGEST}(?:","${DIGEST}){0,7})"\])?\}$`,
  ].join(''),
);

/**
 * The claims of a payload that is canonical and as specified, in one pass and a quarter of the time of the whole way. `undefined` says
 * nothing about the text but that the whole way has to be gone; what is returned, the whole way returns as well.
 */
export function readCanonicalClaims(json: string): WireClaims | undefined {
  const found = PAYLOAD.exec(json);
  if (found === null) return undefined;
  const [, iss = '', sub = '', seq, iat, exp, kind, code = '', since, reason = '', id = '', ver = '', auth = '', evid, sys = '', fld = '', val = '', srcIss, srcSeq, srcIat, supersedes, idx, uri = '', digests] = found;
  if (!isProvinceCode(iss) || !isSubjectReference(sub) || !isValueOf(kind as AttestationKind, code)) return undefined;
  if (srcIss !== undefined && !isProvinceCode(srcIss)) return undefined;
  const claims: WireClaims = {
    iss, sub, seq: Number(seq), iat: Number(iat), exp: Number(exp), kind: kind as AttestationKind, code, since: Number(since), reason,
    rule: { id, ver }, auth, evid: evid as EvidenceClass, orig: { sys, fld, val },
    src: srcIss === undefined ? undefined : { iss: srcIss, seq: Number(srcSeq), iat: Number(srcIat) },
    supersedes: supersedes === undefined ? undefined : Number(supersedes),
    status: { status_list: { idx: Number(idx), uri } },
    _sd: digests?.split('","'),
  };
  return brokenRules(claims).length === 0 ? claims : undefined;
}
