import type { NoStatusRecord, RuleReference, TestMethod, TestResult, TestResultRecord } from '@health-code/attestation';
import type { LocalAnswer } from '../local-answer.js';
import type { ProvinceProfile } from '../province-system.js';
import { parseChinaTime } from './china-time.js';
import { findNobody, requireField, translateValue } from './translation-table.js';

/** How a local system states a nucleic-acid test: which field is what, and what its values mean. Tables only. */
export interface TestResultFormat {
  readonly profile: ProvinceProfile;
  /** One of the profile's rules. */
  readonly rule: RuleReference;
  /** Field with the result. A sample that was taken and has none is `pending`. */
  readonly field: string;
  readonly results: Readonly<Record<string, TestResult>>;
  /** Field with 采样时间. */
  readonly sampledAt: string;
  /** Field with 报告时间; absent where the local system names one time, which then stands for both. */
  readonly reportedAt?: string;
  /** Field with 采样方式 and what its values mean; absent where the local system does not say. */
  readonly method?: { readonly field: string; readonly values: Readonly<Record<string, TestMethod>> };
  /** Reads either time into seconds since the epoch; absent where both are `YYYY-MM-DD HH:mm:ss` in Asia/Shanghai. @throws AdapterError `LOCAL_ANSWER_INVALID` */
  readonly parseTime?: (text: string, time: 'sampledAt' | 'reportedAt') => number;
  /** Seconds for which a result is stated; a day where absent. */
  readonly validity?: number;
}

/** Field of a local answer that stands for a person of whom no test is known. Ours, not of any local format. */
const TEST_FIELD = 'test';

/** Value of {@link TEST_FIELD}. */
const NO_TEST = 'none';

/** A local system states no end of a result: it is stated for a day, and then asked for again. Seconds. */
const VALIDITY = 86_400;

/** An answer that says nothing but that no test of the person is known. */
export const noTestKnown = { [TEST_FIELD]: NO_TEST } as const;

function methodOf({ method, profile }: TestResultFormat, local: LocalAnswer): TestMethod {
  if (method === undefined || local.fields[method.field] === undefined) return 'not-stated';
  return translateValue(method.values, profile, method.field, local).meaning;
}

/**
 * Translates the answer of a local system about a person's last nucleic-acid test. It is never a colour, good or bad.
 *
 * @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` for a value that no table lists; `LOCAL_ANSWER_INVALID` for a time that is none
 */
export function translateTestResult(format: TestResultFormat, local: LocalAnswer): TestResultRecord | NoStatusRecord {
  const { profile, field, parseTime = parseChinaTime, results, rule, validity = VALIDITY } = format;
  const nobody = findNobody(local, profile.system);
  if (nobody !== undefined) return nobody;
  const { system } = profile;
  if (local.fields[TEST_FIELD] === NO_TEST) return { availability: 'unavailable', original: { system, field: TEST_FIELD, value: NO_TEST } };
  const since = parseTime(requireField(local, format.sampledAt), 'sampledAt');
  // What stands in the field of a time is nobody's word for a result, and no word of it goes into a record.
  if (local.fields[field] === undefined) return { availability: 'pending', original: { system, field, value: '' } };
  const { meaning, original } = translateValue(results, profile, field, local);
  const reportedAt = format.reportedAt === undefined ? since : parseTime(requireField(local, format.reportedAt), 'reportedAt');
  return {
    availability: 'available',
    kind: 'nucleic-acid-test',
    result: meaning,
    since,
    validUntil: local.answeredAt + validity,
    test: { reportedAt, method: methodOf(format, local), laboratory: '' },
    rule,
    authority: profile.code,
    evidence: 'laboratory',
    original,
  };
}
