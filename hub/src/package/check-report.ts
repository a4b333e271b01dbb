import { isProvinceCode } from '@health-code/attestation';
import { secondsFromTimestamp, v1 } from '@health-code/messages';
import { HubError, type FieldViolation } from '../errors.js';

/** So many checks of one hour came out alike. */
export interface CheckCount {
  readonly purpose: v1.Purpose;
  readonly recognition: v1.Recognition;
  /** Empty when recognised. */
  readonly errorCode: string;
  /** GB/T 2260; empty when none is known. */
  readonly issuer: string;
  readonly count: number;
}

/** 离线核验回报, checked. */
export interface CheckReport {
  /** UUID, lower case. */
  readonly id: string;
  /** Beginning of the hour, seconds since the epoch. */
  readonly hour: number;
  /** None twice. */
  readonly counts: readonly CheckCount[];
}

/** Bounds of one report. `ageSeconds`: less than reports are remembered for, so that none is counted twice. */
export const REPORT_LIMIT = { counts: 256, count: 1_000_000, ageSeconds: 35 * 86_400, aheadSeconds: 3600 } as const;

const HOUR = 3600;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ERROR_CODE = /^(|[A-Z][A-Z0-9_]{0,63})$/;

function problemsOf({ purpose, recognition, errorCode, issuer, count }: CheckCount, at: string): readonly FieldViolation[] {
  const isRecognised = recognition === v1.Recognition.RECOGNITION_RECOGNISED;
  const checks: readonly (readonly [boolean, string, string])[] = [
    [purpose in v1.Purpose && purpose !== v1.Purpose.PURPOSE_UNSPECIFIED, 'purpose', 'is not on the list of purposes'],
    [recognition in v1.Recognition && recognition !== v1.Recognition.RECOGNITION_UNSPECIFIED, 'recognition', 'is not on the list of outcomes'],
    [ERROR_CODE.test(errorCode) && isRecognised === (errorCode === ''), 'error_code', 'is no error code, or does not go with the outcome'],
    [issuer === '' || isProvinceCode(issuer), 'issuer', 'is not a province code of GB/T 2260'],
    [Number.isSafeInteger(count) && count >= 1 && count <= REPORT_LIMIT.count, 'count', `is not from 1 to ${String(REPORT_LIMIT.count)}`],
  ];
  return checks.flatMap(([isGood, field, description]) => (isGood ? [] : [{ field: `${at}.${field}`, description }]));
}

const countOf = ({ purpose, recognition, errorCode, issuer, count }: v1.CheckCount.$Properties): CheckCount => ({
  purpose: purpose ?? v1.Purpose.PURPOSE_UNSPECIFIED,
  recognition: recognition ?? v1.Recognition.RECOGNITION_UNSPECIFIED,
  errorCode: errorCode ?? '',
  issuer: issuer ?? '',
  count: count ?? 0,
});

function merged(counts: readonly CheckCount[]): readonly CheckCount[] {
  const byOutcome = new Map<string, CheckCount>();
  for (const one of counts) {
    const key = JSON.stringify([one.purpose, one.recognition, one.errorCode, one.issuer]);
    byOutcome.set(key, { ...one, count: one.count + (byOutcome.get(key)?.count ?? 0) });
  }
  return [...byOutcome.values()];
}

/**
 * A report out of a request. `now` in seconds since the epoch.
 * @throws HubError REQUEST_INVALID naming every field that is wrong
 */
export function parseCheckReport(request: v1.ReportChecksRequest.$Properties, now: number): CheckReport {
  const id = (request.reportId ?? '').toLowerCase();
  const hour = secondsFromTimestamp(request.hour) ?? -1;
  const given = request.counts ?? [];
  const counts = given.slice(0, REPORT_LIMIT.counts).map(countOf);
  const fieldViolations: FieldViolation[] = [
    ...(UUID.test(id) ? [] : [{ field: 'report_id', description: 'must be a UUID (RFC 9562)' }]),
    ...(hour >= 0 && hour % HOUR === 0 ? [] : [{ field: 'hour', description: 'must be the beginning of an hour' }]),
    ...(hour >= now - REPORT_LIMIT.ageSeconds && hour <= now + REPORT_LIMIT.aheadSeconds ? [] : [{ field: 'hour', description: 'lies ahead, or is longer ago than reports are taken for' }]),
    ...(given.length >= 1 && given.length <= REPORT_LIMIT.counts ? [] : [{ field: 'counts', description: `are none, or more than ${String(REPORT_LIMIT.counts)}` }]),
    ...counts.flatMap((count, position) => problemsOf(count, `counts[${String(position)}]`)),
  ];
  if (fieldViolations.length > 0) throw new HubError('REQUEST_INVALID', 'the report is refused', { fieldViolations });
  return { id, hour, counts: merged(counts) };
}
