import type { v1 } from '@health-code/messages';
import { FieldChecks } from '../personal-health-code/field-checks.js';
import { isDay } from './china-day.js';
import { toWire, type RiskLevel } from './risk-level.js';
import { findStatingProvince } from './stating-province.js';

/** After how many levels an answer ends, at the end of a day. */
export const LIST_LIMIT = 10_000;

/** Which statements are read; those of every region where none is named. */
export interface RiskLevelRange {
  readonly region?: string;
  /** Only what takes effect after this day. */
  readonly after?: string;
  /** Only what takes effect on this day. */
  readonly on?: string;
}

/** Where statements are read: by the day they take effect, then in the order in which they were taken in. */
export interface RiskLevelReader {
  list(range: RiskLevelRange, limit?: number): Promise<readonly RiskLevel[]>;
}

/**
 * 地区风险等级, for everybody. An answer holds whole days, so that whoever wants all of them asks again after the last day it names,
 * until nothing comes. One day may be longer than the limit; how long is bounded by what provinces may state for it.
 * @throws HubError REQUEST_INVALID naming every field that is wrong
 */
export async function listRiskLevels(
  request: v1.ListRiskLevelsRequest.$Properties,
  store: RiskLevelReader,
  limit = LIST_LIMIT,
): Promise<v1.ListRiskLevelsResponse.$Properties> {
  const region = request.region ?? '';
  const after = request.after ?? '';
  const checks = new FieldChecks();
  checks.require(region === '' || findStatingProvince(region) !== undefined, 'region', 'must be the code of a county-level division (GB/T 2260), or empty');
  checks.require(after === '' || isDay(after), 'after', 'must be a day that exists, YYYY-MM-DD, or empty');
  checks.finish();
  const place = region === '' ? {} : { region };
  const found = await store.list({ ...place, ...(after === '' ? {} : { after }) }, limit + 1);
  const first = found[0];
  const last = found.at(-1);
  if (first === undefined || last === undefined || found.length <= limit) return { levels: found.map(toWire) };
  const levels = first.effectiveFrom === last.effectiveFrom
    ? await store.list({ ...place, on: first.effectiveFrom })
    : found.filter(({ effectiveFrom }) => effectiveFrom < last.effectiveFrom);
  return { levels: levels.map(toWire) };
}
