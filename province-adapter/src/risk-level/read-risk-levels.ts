import { isProvinceCode } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { AdapterError } from '../errors.js';
import type { RiskGrade, RiskLevel } from './risk-levels.js';

const WIRE: Readonly<Record<RiskGrade, v1.RiskGrade>> = {
  low: v1.RiskGrade.RISK_GRADE_LOW,
  medium: v1.RiskGrade.RISK_GRADE_MEDIUM,
  high: v1.RiskGrade.RISK_GRADE_HIGH,
};

const GRADES: ReadonlyMap<v1.RiskGrade | null | undefined, RiskGrade> = new Map(Object.entries(WIRE).map(([grade, wire]) => [wire, grade as RiskGrade]));

const REGION = /^\d{6}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What a province states of its own: who states it and when is the hub's to say. */
export type OwnRiskLevel = Pick<RiskLevel, 'region' | 'grade' | 'effectiveFrom' | 'authority'>;

/** As it goes over the wire. */
export const toWire = ({ grade, ...level }: OwnRiskLevel): v1.IRiskLevel => ({ ...level, grade: WIRE[grade] });

/** A level out of the hub's list; undefined for what is none, such as a grade of a later protocol: nothing unknown becomes a grade. */
function findLevel(stated: v1.IRiskLevel): RiskLevel | undefined {
  const { region, effectiveFrom, authority, statedBy, statedAt } = stated;
  const grade = GRADES.get(stated.grade);
  if (grade === undefined || !REGION.test(region ?? '') || !DAY.test(effectiveFrom ?? '') || !isProvinceCode(statedBy ?? '')) return undefined;
  return { region: region ?? '', grade, effectiveFrom: effectiveFrom ?? '', authority: authority ?? '', statedBy: statedBy ?? '', statedAt: statedAt?.seconds ?? 0 };
}

/**
 * Every level that takes effect after a day, in the order in which they do and were stated. The hub ends an answer at the end of a
 * day; it is asked again until nothing comes.
 *
 * @param after `YYYY-MM-DD`; empty means from the beginning
 * @throws AdapterError HUB_UNREACHABLE, also where the hub's list does not move on
 */
export async function readRiskLevels(list: (after: string) => Promise<readonly v1.IRiskLevel[]>, after: string): Promise<readonly RiskLevel[]> {
  const levels: RiskLevel[] = [];
  for (let from = after; ; ) {
    const page = await list(from);
    const last = page.at(-1)?.effectiveFrom;
    if (last === undefined) return levels;
    if (last === null || last <= from) throw new AdapterError('HUB_UNREACHABLE', 'the hub lists risk levels out of their order');
    levels.push(...page.flatMap((stated) => findLevel(stated) ?? []));
    from = last;
  }
}
