import type { v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { FieldChecks } from '../personal-health-code/field-checks.js';
import { isUnifiedSocialCreditCode } from '../personal-health-code/unified-social-credit-code.js';
import type { AdmittedProvince } from '../registry/admission.js';
import { addDays, chinaDayOf, isDay } from './china-day.js';
import { findGrade, type StatedRiskLevel } from './risk-level.js';
import { findStatingProvince } from './stating-province.js';

/** Most levels of one call. */
export const STATE_LIMIT = 1000;

/**
 * Most statements of one province that take effect on one day, whoever repeats or corrects. No province has 200 counties; without an
 * end, one could fill the list that all others read.
 */
export const DAY_LIMIT = 1000;

/** How far ahead a level may be announced, in days. */
export const DAYS_AHEAD = 7;

/** How late a level may be stated, in days: twice what rules look back, so that a province which joins can say what holds. */
export const DAYS_BEHIND = 30;

/** Where statements are kept. */
export interface RiskLevelAppender {
  /**
   * Appends what differs from the last statement about the same region and day, all or nothing.
   * @returns how many were appended; undefined when more than `dayLimit` statements of the province would take effect on one day
   */
  append(levels: readonly StatedRiskLevel[], statedBy: AdmittedProvince['code'], statedAt: number, dayLimit: number): Promise<number | undefined>;
}

function parseLevel(level: v1.RiskLevel.$Properties, path: string, province: AdmittedProvince, today: string, checks: FieldChecks): readonly StatedRiskLevel[] {
  const { region = '', effectiveFrom = '', authority = '', statedBy = '' } = level;
  const grade = findGrade(level.grade);
  checks.require(grade !== undefined, `${path}.grade`, 'must be low, medium or high');
  const stating = findStatingProvince(region ?? '');
  if (stating === undefined) checks.refuse(`${path}.region`, 'must be the code of a county-level division (GB/T 2260), 6 digits');
  else checks.require(stating === province.code, `${path}.region`, 'must lie in the province that states it');
  const day = effectiveFrom ?? '';
  if (!isDay(day)) checks.refuse(`${path}.effective_from`, 'must be a day that exists, YYYY-MM-DD');
  else {
    checks.require(day >= addDays(today, -DAYS_BEHIND), `${path}.effective_from`, `must lie at most ${String(DAYS_BEHIND)} days back`);
    checks.require(day <= addDays(today, DAYS_AHEAD), `${path}.effective_from`, `must lie at most ${String(DAYS_AHEAD)} days ahead`);
  }
  checks.require(isUnifiedSocialCreditCode(authority ?? ''), `${path}.authority`, 'must be a unified social credit code (GB 32100) with its check character');
  checks.require(statedBy === null || statedBy === '' || statedBy === province.code, `${path}.stated_by`, 'must be the caller, or empty');
  return grade === undefined ? [] : [{ region: region ?? '', grade, effectiveFrom: day, authority: authority ?? '' }];
}

/**
 * The levels of a request, which is attacker-controlled: a province may be compromised.
 * @param now seconds since the epoch
 * @throws HubError REQUEST_INVALID naming every field that is wrong
 */
export function parseStatement(request: v1.StateRiskLevelsRequest.$Properties, province: AdmittedProvince, now: number): readonly StatedRiskLevel[] {
  const checks = new FieldChecks();
  const given = request.levels ?? [];
  checks.require(given.length >= 1 && given.length <= STATE_LIMIT, 'levels', `must be 1 to ${String(STATE_LIMIT)}`);
  const today = chinaDayOf(now);
  const levels = given.slice(0, STATE_LIMIT).flatMap((level, position) => parseLevel(level, `levels[${String(position)}]`, province, today, checks));
  // Which of two grades was meant to come later is the reader's guess.
  const named = new Set(levels.map(({ region, effectiveFrom }) => `${region} ${effectiveFrom}`));
  checks.require(named.size === levels.length, 'levels', 'must name a region and day once');
  checks.finish();
  return levels;
}

/**
 * 风险等级: takes in what a province states of its own regions. Nothing stated before is changed; of two statements about one region
 * and day the later one stands, and both are kept. Said again, the same adds nothing.
 * @param now seconds since the epoch
 * @throws HubError REQUEST_INVALID; PROVINCE_NOT_ADMITTED while the province is suspended; RISK_LEVELS_TOO_MANY
 */
export async function stateRiskLevels(
  request: v1.StateRiskLevelsRequest.$Properties,
  province: AdmittedProvince,
  now: number,
  store: RiskLevelAppender,
): Promise<v1.StateRiskLevelsResponse.$Properties> {
  // No sequence number is lost by it, and what others' rules go by is not to come from who is not believed.
  if (province.standing === 'suspended') throw new HubError('PROVINCE_NOT_ADMITTED', 'a suspended province states no risk levels');
  const added = await store.append(parseStatement(request, province, now), province.code, now, DAY_LIMIT);
  if (added === undefined) throw new HubError('RISK_LEVELS_TOO_MANY', `more than ${String(DAY_LIMIT)} statements of the province take effect on one day`);
  return { added };
}
