import { formatChinaTime } from '../local-format/china-time.js';

/** 风险等级, from the lowest. */
export const RISK_GRADES = ['low', 'medium', 'high'] as const;

/** One of {@link RISK_GRADES}. */
export type RiskGrade = (typeof RISK_GRADES)[number];

/** A dated fact about a region, as a province stated it: from this day on it has this grade, until a later statement. */
export interface RiskLevel {
  /** GB/T 2260 code of a county-level division. */
  readonly region: string;
  readonly grade: RiskGrade;
  /** First day it holds, `YYYY-MM-DD` in Asia/Shanghai. */
  readonly effectiveFrom: string;
  /** 发布机构: USCC. */
  readonly authority: string;
  /** GB/T 2260 code of the province that stated it. */
  readonly statedBy: string;
  /** Seconds since the epoch. */
  readonly statedAt: number;
}

/** The day in Asia/Shanghai, `YYYY-MM-DD`; such texts sort as days do. @param epochMs milliseconds since the epoch */
export const chinaDayOf = (epochMs: number): string => formatChinaTime(epochMs).slice(0, 10);

const byDay = (one: RiskLevel, other: RiskLevel): number => (one.effectiveFrom < other.effectiveFrom ? -1 : 1);
const isSame = (one: RiskLevel, other: RiskLevel): boolean =>
  one.grade === other.grade && one.authority === other.authority && one.statedBy === other.statedBy && one.statedAt === other.statedAt;

/** The levels that stand, of every region at every day. Never changes; {@link RiskLevels.with} makes another. */
export class RiskLevels {
  /** None is known. */
  static readonly NONE = new RiskLevels(new Map());

  /** By region, in the order of the days they take effect; one for each day. */
  private constructor(private readonly regions: ReadonlyMap<string, readonly RiskLevel[]>) {}

  /**
   * These and further ones, in the order in which they were stated: of two about one region and day the later stands. Nothing is
   * taken away: whoever lists less than before has forgotten, and no grade ends by being forgotten.
   */
  with(stated: readonly RiskLevel[]): RiskLevels {
    const changed = new Map<string, Map<string, RiskLevel>>();
    for (const level of stated) {
      const days = changed.get(level.region) ?? new Map((this.regions.get(level.region) ?? []).map((known) => [known.effectiveFrom, known]));
      changed.set(level.region, days.set(level.effectiveFrom, level));
    }
    const news = [...changed].filter(([region, days]) => {
      const known = this.regions.get(region) ?? [];
      return known.length !== days.size || known.some((level) => !isSame(level, days.get(level.effectiveFrom) ?? level));
    });
    if (news.length === 0) return this;
    return new RiskLevels(new Map([...this.regions, ...news.map(([region, days]) => [region, [...days.values()].sort(byDay)] as const)]));
  }

  /** The grade of a region on a day, `YYYY-MM-DD`. Undefined where none was stated: not known is not low. */
  gradeOf(region: string, day: string): RiskGrade | undefined {
    return this.regions.get(region)?.findLast(({ effectiveFrom }) => effectiveFrom <= day)?.grade;
  }

  /** The gravest grade a region had on any day from `first` to `last`, both included. Undefined where none was stated. */
  gravestOf(region: string, first: string, last: string): RiskGrade | undefined {
    const grades = (this.regions.get(region) ?? []).filter(({ effectiveFrom }) => effectiveFrom > first && effectiveFrom <= last).map(({ grade }) => grade);
    const atFirst = first <= last ? this.gradeOf(region, first) : undefined;
    return RISK_GRADES.findLast((grade) => grade === atFirst || grades.includes(grade));
  }

  /** Every level that stands, by region, then by the day it takes effect. */
  list(): readonly RiskLevel[] {
    return [...this.regions.keys()].sort().flatMap((region) => this.regions.get(region) ?? []);
  }
}
