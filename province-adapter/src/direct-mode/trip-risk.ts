import { HEALTH_STATUSES, type EvidenceClass, type HealthStatus } from '@health-code/attestation';
import type { DeclaredTrip } from '../national-code-port.js';
import type { AssignmentRule } from '../province-system.js';
import { chinaDayOf, RISK_GRADES, type RiskGrade, type RiskLevels } from '../risk-level/risk-levels.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { gravityOf } from './gravity.js';
import { isReviewRule, REVIEWED_UNTIL } from './review-rules.js';

/** What of a trip the rule looks at; it leaves the local system in no form. */
export type TripEnd = Pick<DeclaredTrip, 'toRegion' | 'arrivedAt'>;

/** Trips as they were declared, and by whom. */
export interface StoredTrips {
  /** Key of a person. */
  readonly person: string;
  readonly trips: readonly TripEnd[];
  /** Seconds since the epoch. */
  readonly declaredAt: number;
}

/** 旅居史: for how many days an arrival counts. Ours, after the rules of 2021 as the press gave them. */
export const HISTORY_DAYS = 14;

const DAY_MS = 86_400_000;

/** A line of the published table that looks at risk levels. */
export interface TripRiskRow {
  /** Follows the province's code in the rule's id. */
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly status: HealthStatus;
  readonly reason: string;
  readonly evidence: EvidenceClass;
  readonly guidance: string;
}

/** By the gravest grade. Ours; no national table is public. A low grade has no row: nothing follows from it. */
const TRIP_RISK_TABLE: Readonly<Partial<Record<RiskGrade, TripRiskRow>>> = {
  high: {
    name: 'declared-trip-high-risk',
    version: '1',
    title: `申报行程${HISTORY_DAYS}天内到达地为高风险地区：红码`,
    status: '10',
    reason: 'RISK_AREA_HISTORY',
    evidence: 'verified-source',
    guidance: '请联系所在社区并配合隔离观察',
  },
  medium: {
    name: 'declared-trip-medium-risk',
    version: '1',
    title: `申报行程${HISTORY_DAYS}天内到达地为中风险地区：黄码`,
    status: '01',
    reason: 'RISK_AREA_HISTORY',
    evidence: 'verified-source',
    guidance: '请联系所在社区并配合健康监测',
  },
};

const ruleIdOf = (province: string, { name }: TripRiskRow): string => `${province}-${name}`;

/** The rows as a province registers them at the hub: with the kind of fact they look at, so that everybody can look it up. */
export function tripRiskRules(province: string): readonly AssignmentRule[] {
  return Object.values(TRIP_RISK_TABLE).map((row) => ({
    id: ruleIdOf(province, row),
    version: row.version,
    title: row.title,
    facts: ['regional-risk-level'],
  }));
}

/** The first day whose arrivals count. @param nowMs milliseconds since the epoch */
const firstDayAt = (nowMs: number): string => chinaDayOf(nowMs - HISTORY_DAYS * DAY_MS);

/** Whether something may still follow from an arrival. */
export const isRecent = ({ arrivedAt }: TripEnd, nowMs: number): boolean => chinaDayOf(arrivedAt * 1000) >= firstDayAt(nowMs);

/**
 * Arrivals from which something may follow now. A journey that had not ended when it was declared is a plan and no history; nothing
 * follows from it, and no status can begin on the very day it names.
 */
const historyOf = (declared: readonly StoredTrips[], nowMs: number): readonly TripEnd[] =>
  declared.flatMap(({ trips, declaredAt }) => trips.filter(({ arrivedAt }) => arrivedAt <= declaredAt)).filter((trip) => isRecent(trip, nowMs));

/**
 * The row that trips fall under now: the destination had the grade on the day of arrival or has had it since. Undefined for a grade
 * that nobody stated: nothing unknown becomes yellow or red.
 */
export function findTripRisk(declared: readonly StoredTrips[], levels: RiskLevels, nowMs: number): TripRiskRow | undefined {
  const today = chinaDayOf(nowMs);
  const grades = historyOf(declared, nowMs).map(({ toRegion, arrivedAt }) => levels.gravestOf(toRegion, chinaDayOf(arrivedAt * 1000), today));
  const gravest = RISK_GRADES.findLast((grade) => grades.includes(grade));
  return gravest === undefined ? undefined : TRIP_RISK_TABLE[gravest];
}

/** Words of a statement that the rule replaces, and gives back when it no longer applies. */
const WORDS = ['status', 'reason', 'ruleId', 'ruleVersion', 'evidence', 'guidance'] as const;

type Words = Readonly<Partial<Record<(typeof WORDS)[number], string>>>;

/** Where the words are kept that the rule stands upon. */
export const BENEATH = 'beneath';

const wordsOf = (fields: SyntheticPerson['fields']): Words => Object.fromEntries(WORDS.flatMap((word) => (fields[word] === undefined ? [] : [[word, fields[word]]])));

const ruleWords = (row: TripRiskRow, province: string): Words => ({
  status: row.status,
  reason: row.reason,
  ruleId: ruleIdOf(province, row),
  ruleVersion: row.version,
  evidence: row.evidence,
  guidance: row.guidance,
});

/** What the record says without a trip's rule, and since when, in milliseconds. */
interface OwnRecord {
  readonly words: Words;
  readonly changedAt: number;
}

/** The row whose words a record bears. */
const rowOf = ({ fields }: SyntheticPerson, province: string): TripRiskRow | undefined =>
  Object.values(TRIP_RISK_TABLE).find((row) => ruleIdOf(province, row) === fields['ruleId']);

/** Whatever replaced the rule's words, a declaration or a decision, is the record now. */
export function ownRecord(person: SyntheticPerson, province: string): OwnRecord {
  const { fields, changedAt } = person;
  return rowOf(person, province) !== undefined && fields[BENEATH] !== undefined ? (JSON.parse(fields[BENEATH]) as OwnRecord) : { words: wordsOf(fields), changedAt };
}

/**
 * A person as the trips leave the record; undefined where they change nothing. The graver of two statuses stands, what was declared
 * where both are alike. When the statement ends is left as it was: told by the trip, it would tell the day of arrival.
 *
 * @param levels undefined while they are not known: then no rule begins, and one that stood ends only with the last arrival that
 * counts, or beneath a graver status: an adapter that has not answered yet turns no red code green
 * @param stood the record before it became `person`, where that is a change about to be stored
 */
export function withTripRisk(
  person: SyntheticPerson,
  declared: readonly StoredTrips[],
  levels: RiskLevels | undefined,
  province: string,
  nowMs: number,
  stood = person,
): SyntheticPerson | undefined {
  const own = ownRecord(person, province);
  // What a review decided stands over the trips it knew.
  const reviewedUntil = isReviewRule(province, own.words.ruleId ?? '') ? Number(person.fields[REVIEWED_UNTIL] ?? own.changedAt / 1000) : 0;
  const isStated = (person.fields['availability'] ?? 'available') === 'available' && HEALTH_STATUSES.some((status) => status === own.words.status);
  const counted = isStated ? declared.filter(({ declaredAt }) => declaredAt > reviewedUntil) : [];
  const standing = historyOf(counted, nowMs).length === 0 ? undefined : rowOf(stood, province);
  const row = levels === undefined ? standing : findTripRisk(counted, levels, nowMs);
  const isGraver = row !== undefined && gravityOf(row.status) > gravityOf(own.words.status ?? '');
  const isOnTop = isGraver || (levels === undefined && row !== undefined && row.status === own.words.status);
  const words = isOnTop ? ruleWords(row, province) : own.words;
  if (WORDS.every((word) => words[word] === person.fields[word])) return undefined;
  const kept = Object.fromEntries(Object.entries(person.fields).filter(([name]) => name !== BENEATH && !WORDS.some((word) => word === name)));
  // What stood before stands again since when it did: the day on which it comes back would tell the day of arrival.
  if (!isOnTop) return { ...person, fields: { ...kept, ...words }, changedAt: own.changedAt };
  return { ...person, fields: { ...kept, ...words, [BENEATH]: JSON.stringify(own) }, changedAt: WORDS.every((word) => words[word] === stood.fields[word]) ? stood.changedAt : nowMs };
}
