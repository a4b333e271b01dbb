import { compactVerify, CompactSign, decodeProtectedHeader } from 'jose';
import { z } from 'zod';

import { AttestationError } from './errors.js';
import { isProvinceCode } from './province.js';
import type { ProvinceKeyRing, SigningKey } from './province-key.js';
import { toCryptoKey } from './web-crypto.js';

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

const count = z.int().min(0).max(200);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

/** What the province had its adapter asked about; how many lines of a whole report a check has follows from it. */
const INPUTS = z.strictObject({
  /** Whether the local system under test lets the kit put people into a state. */
  ports: z.boolean(),
  /** `expected` is a status, or an availability where there is none. */
  golden: z.array(z.strictObject({ name, expected: z.enum(['00', '01', '10', 'pending', 'not-applied', 'no-such-person', 'unavailable', 'expired']) })).max(200),
  unknownValues: count,
  unknownAnswers: z.array(name).max(200),
  foreignCodes: count,
  /** How long ago expired codes were issued, for example "2d". */
  expiredAges: z.array(z.string().regex(/^[0-9]{1,6}[smhd]$/)).max(200),
  /** Expired codes that stand in the inputs. */
  expiredCodes: count,
});

/** What a report says it was asked about. */
export type ConformanceInputs = z.infer<typeof INPUTS>;

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
  inputs: INPUTS,
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
 * Attacker-controlled input. The report is the signer's word: whether it is whole and passed is for `shortcomingsOf` to say.
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
    ({ payload } = await compactVerify(token, toCryptoKey(key.key), { algorithms: [key.algorithm] }));
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
