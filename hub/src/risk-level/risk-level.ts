import type { ProvinceCode } from '@health-code/attestation';
import { timestampFromSeconds, v1 } from '@health-code/messages';

/** 风险等级. */
export type RiskGrade = 'low' | 'medium' | 'high';

/** What a province states: a region has this grade from a day on. A fact about a place; there is no person in it. */
export interface StatedRiskLevel {
  /** GB/T 2260 code of a county-level division. */
  readonly region: string;
  readonly grade: RiskGrade;
  /** First day it holds, `YYYY-MM-DD` in Asia/Shanghai. */
  readonly effectiveFrom: string;
  /** 发布机构: USCC (GB 32100). */
  readonly authority: string;
}

/** A statement as it was taken in. */
export interface RiskLevel extends StatedRiskLevel {
  readonly statedBy: ProvinceCode;
  /** Seconds since the epoch. */
  readonly statedAt: number;
}

const WIRE: Readonly<Record<RiskGrade, v1.RiskGrade>> = {
  low: v1.RiskGrade.RISK_GRADE_LOW,
  medium: v1.RiskGrade.RISK_GRADE_MEDIUM,
  high: v1.RiskGrade.RISK_GRADE_HIGH,
};

const GRADES: Readonly<Record<v1.RiskGrade, RiskGrade | undefined>> = {
  [v1.RiskGrade.RISK_GRADE_UNSPECIFIED]: undefined,
  [v1.RiskGrade.RISK_GRADE_LOW]: 'low',
  [v1.RiskGrade.RISK_GRADE_MEDIUM]: 'medium',
  [v1.RiskGrade.RISK_GRADE_HIGH]: 'high',
};

/** The grade of the wire; undefined for what is none, also a number that a later protocol may give a meaning. */
export const findGrade = (grade: v1.RiskGrade | null | undefined): RiskGrade | undefined => GRADES[grade ?? v1.RiskGrade.RISK_GRADE_UNSPECIFIED];

/** A statement as it goes over the wire. */
export const toWire = (level: RiskLevel): v1.RiskLevel.$Properties => ({
  region: level.region,
  grade: WIRE[level.grade],
  effectiveFrom: level.effectiveFrom,
  authority: level.authority,
  statedBy: level.statedBy,
  statedAt: timestampFromSeconds(level.statedAt),
});
