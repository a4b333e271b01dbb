import { compactVerify, CompactSign, decodeProtectedHeader } from 'jose';
import { z } from 'zod';

import { AttestationError } from './errors.js';
import { isProvinceCode } from './province.js';
import type { ProvinceKeyRing, SigningKey } from './province-key.js';

/** What every report must cover, by the names of the suite. */
export const CONFORMANCE_GROUPS = [
  'golden-records',
  'mutations',
  'clock-skew',
  'replay',
  'gap',
  'slow-answers',
  'partial-answers',
  'wrong-province',
  'unknown-values',
  'expired-codes',
] as const;

/** Group of checks of the conformance suite. */
export type ConformanceGroup = (typeof CONFORMANCE_GROUPS)[number];

const seconds = z.int().min(0);

const CHECK = z.strictObject({
  /** Stable, for example "mutations/truncated". */
  id: z.string().min(1).max(128),
  group: z.enum(CONFORMANCE_GROUPS),
  title: z.string().max(256),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  /** For a person; why it failed or was skipped. */
  detail: z.string().max(1024),
});

const REPORT = z.strictObject({
  province: z.string().refine(isProvinceCode),
  adapterVersion: z.string().min(1).max(64),
  protocolVersion: z.int().min(1),
  suiteVersion: z.string().min(1).max(32),
  /** SHA-256 over the suite's input files, hexadecimal. */
  suiteDigest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of Membership.GetChallenge; good once. */
  challenge: z.string().min(16).max(128),
  startedAt: seconds,
  finishedAt: seconds,
  checks: z.array(CHECK).min(1).max(2000),
});

/** 符合性报告: what the kit found. Times in seconds since the epoch. */
export type ConformanceReport = z.infer<typeof REPORT>;

/** One check of a report. */
export type ConformanceCheck = ConformanceReport['checks'][number];

/** A type of its own (RFC 8725 3.11). */
const REPORT_TYPE = 'conformance-report+jwt';

const invalid = (why: string, options?: ErrorOptions): AttestationError => new AttestationError('CONFORMANCE_REPORT_INVALID', why, options);

/** The report as the province states it: compact JWS by one of its signing keys. */
export function signConformanceReport(report: ConformanceReport, key: SigningKey): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(report)))
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: REPORT_TYPE })
    .sign(key.key);
}

/**
 * Attacker-controlled input. The report is the signer's word: that it is complete and passed is for the caller to see.
 *
 * @throws {AttestationError} CONFORMANCE_REPORT_INVALID for any change since it was signed, for a key that `ring` does not
 * hold as a signing key of the province it names, and for any other form
 */
export async function verifyConformanceReport(token: string, ring: ProvinceKeyRing): Promise<ConformanceReport> {
  let payload: Uint8Array;
  let province: string;
  try {
    const { typ, kid } = decodeProtectedHeader(token);
    const key = ring.find(kid ?? '');
    if (typ !== REPORT_TYPE || key?.use !== 'sig') throw new Error('no signing key of a province');
    province = key.province;
    ({ payload } = await compactVerify(token, key.key, { algorithms: [key.algorithm] }));
  } catch (cause) {
    throw invalid('signed by no accepted key, or changed since', { cause });
  }
  const parsed = REPORT.safeParse(parseJson(payload));
  if (!parsed.success) throw invalid(`not as the suite writes it: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
  if (parsed.data.province !== province) throw invalid('about another province than its signer');
  return parsed.data;
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}

/** What keeps a report from earning a badge, in sentences; empty when nothing does. */
export function shortcomingsOf({ checks }: ConformanceReport): readonly string[] {
  const missing = CONFORMANCE_GROUPS.filter((group) => !checks.some((check) => check.group === group && check.outcome === 'passed'));
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  return [...missing.map((group) => `no check of ${group} passed`), ...failed.map(({ id, detail }) => `${id} failed: ${detail}`)];
}
