import { v1 } from '@health-code/messages';
import { afterEach, describe, expect, it } from 'vitest';
import { LOOK_BACK_DAYS, RiskLevelSchedule } from './risk-level.schedule.js';
import { chinaDayOf } from './risk-levels.js';

const { RISK_GRADE_MEDIUM: MEDIUM, RISK_GRADE_HIGH: HIGH } = v1.RiskGrade;

/** A hub that lists one day at a time, and goes away when told to. */
class PretendHub {
  isAway = false;
  readonly asked: string[] = [];
  readonly levels: v1.IRiskLevel[] = [];

  state(effectiveFrom: string, grade: v1.RiskGrade, region = '130102'): void {
    this.levels.push({ region, grade, effectiveFrom, authority: '91330106MA27Y4U47R', statedBy: '130000', statedAt: { seconds: this.levels.length } });
    this.levels.sort((one, other) => ((one.effectiveFrom ?? '') < (other.effectiveFrom ?? '') ? -1 : 1));
  }

  readonly list = async (after: string): Promise<readonly v1.IRiskLevel[]> => {
    await Promise.resolve();
    if (this.isAway) throw new Error('UNAVAILABLE');
    this.asked.push(after);
    const [next] = this.levels.filter(({ effectiveFrom }) => (effectiveFrom ?? '') > after);
    return this.levels.filter(({ effectiveFrom }) => effectiveFrom === next?.effectiveFrom);
  };
}

describe('RiskLevelSchedule', () => {
  let hub = new PretendHub();
  let now = Date.parse('2022-03-10T12:00:00+08:00');
  let schedule: RiskLevelSchedule;
  const following = (): RiskLevelSchedule => {
    hub = new PretendHub();
    now = Date.parse('2022-03-10T12:00:00+08:00');
    schedule = new RiskLevelSchedule({ listRiskLevels: hub.list, intervalMs: 5, now: () => now, log: { warn: () => undefined } });
    return schedule;
  };
  afterEach(() => schedule.stop());

  it('reads everything first, page by page, then only what may be new', async () => {
    const levels = following();
    hub.state('2021-01-01', MEDIUM);
    hub.state('2022-03-10', HIGH);
    await levels.read();
    expect(hub.asked).toEqual(['', '2021-01-01', '2022-03-10']);
    expect(levels.copy?.levels.gradeOf('130102', '2021-06-01')).toBe('medium');
    hub.asked.length = 0;
    await levels.read();
    expect(hub.asked[0]).toBe(chinaDayOf(now - LOOK_BACK_DAYS * 86_400_000));
    expect(levels.copy?.levels.gradeOf('130102', '2021-06-01')).toBe('medium');
  });

  it('finds what is stated late, for a day that lies behind', async () => {
    const levels = following();
    hub.state('2022-03-10', MEDIUM);
    await levels.read();
    hub.state('2022-02-08', HIGH);
    await levels.read();
    expect(levels.copy?.levels.gradeOf('130102', '2022-02-09')).toBe('high');
  });

  it('keeps the last copy while the hub is away, and says how old it is', async () => {
    const levels = following();
    expect(levels.ageSeconds).toBeUndefined();
    hub.state('2022-03-10', HIGH);
    await levels.read();
    hub.isAway = true;
    now += 90_000;
    await expect(levels.read()).rejects.toThrow();
    expect(levels.ageSeconds).toBe(90);
    expect(levels.copy?.levels.gradeOf('130102', '2022-03-10')).toBe('high');
    hub.isAway = false;
    await levels.read();
    expect(levels.ageSeconds).toBe(0);
  });

  it('forgets nothing that a hub has forgotten', async () => {
    const levels = following();
    hub.state('2022-03-10', HIGH);
    await levels.read();
    hub.levels.length = 0;
    await levels.read();
    expect(levels.copy?.levels.gradeOf('130102', '2022-03-10')).toBe('high');
  });

  it('takes no grade that it does not know, and the rest', async () => {
    const levels = following();
    hub.state('2022-03-10', 9 as v1.RiskGrade);
    hub.state('2022-03-10', HIGH, '130104');
    await levels.read();
    expect(levels.copy?.levels.list().map(({ region }) => region)).toEqual(['130104']);
  });

  it('is not led round in circles by a list that does not move on', async () => {
    schedule = new RiskLevelSchedule({ listRiskLevels: () => Promise.resolve([{ effectiveFrom: '2022-03-10' }]), intervalMs: 5, now: () => now, log: { warn: () => undefined } });
    await expect(schedule.read()).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
    expect(schedule.copy).toBeUndefined();
  });

  it('follows a hub that starts later', async () => {
    const levels = following();
    hub.isAway = true;
    levels.start();
    hub.state('2022-03-10', HIGH);
    hub.isAway = false;
    await expect.poll(() => levels.copy?.levels.list().length).toBe(1);
    hub.state('2022-03-11', MEDIUM);
    await expect.poll(() => levels.copy?.levels.list().length).toBe(2);
  });
});
