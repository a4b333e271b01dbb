import { describe, expect, it } from 'vitest';
import { chinaDayOf, RiskLevels, type RiskGrade, type RiskLevel } from './risk-levels.js';

const level = (effectiveFrom: string, grade: RiskGrade, changed: Partial<RiskLevel> = {}): RiskLevel => ({
  region: '130102', grade, effectiveFrom, authority: '91330106MA27Y4U47R', statedBy: '130000', statedAt: 1_646_900_000, ...changed,
});
const LEVELS = RiskLevels.NONE.with([level('2022-03-01', 'high'), level('2022-03-05', 'medium'), level('2022-03-09', 'low')]);

describe('RiskLevels', () => {
  it.each<[string, RiskGrade | undefined]>([
    ['2022-02-28', undefined],
    ['2022-03-01', 'high'],
    ['2022-03-04', 'high'],
    ['2022-03-05', 'medium'],
    ['2022-03-31', 'low'],
  ])('knows the grade on %s', (day, grade) => {
    expect(LEVELS.gradeOf('130102', day)).toBe(grade);
  });

  it('knows nothing of a region nobody stated anything about: not known is not low', () => {
    expect(LEVELS.gradeOf('130104', '2022-03-05')).toBeUndefined();
    expect(LEVELS.gravestOf('130104', '2022-03-01', '2022-03-31')).toBeUndefined();
  });

  it.each<[string, string, RiskGrade | undefined]>([
    ['2022-03-04', '2022-03-31', 'high'],
    ['2022-03-05', '2022-03-31', 'medium'],
    ['2022-02-20', '2022-03-01', 'high'],
    ['2022-02-20', '2022-02-28', undefined],
    ['2022-03-09', '2022-03-31', 'low'],
    ['2022-03-05', '2022-03-04', undefined],
  ])('knows the gravest grade from %s to %s', (first, last, grade) => {
    expect(LEVELS.gravestOf('130102', first, last)).toBe(grade);
  });

  it('lets the later of two statements about one region and day stand', () => {
    const corrected = LEVELS.with([level('2022-03-05', 'high'), level('2022-03-05', 'low')]);
    expect(corrected.gradeOf('130102', '2022-03-06')).toBe('low');
    expect(corrected.list()).toHaveLength(3);
  });

  it('puts a statement about an earlier day in its place', () => {
    expect(LEVELS.with([level('2022-02-20', 'medium')]).gradeOf('130102', '2022-02-25')).toBe('medium');
  });

  it('is the same as long as nothing is new, and never changes', () => {
    expect(LEVELS.with([level('2022-03-05', 'medium')])).toBe(LEVELS);
    expect(LEVELS.with([])).toBe(LEVELS);
    const before = LEVELS.list();
    LEVELS.with([level('2022-03-05', 'high'), level('2022-04-01', 'high')]);
    expect(LEVELS.list()).toEqual(before);
  });

  it('lists regions in the order of their codes', () => {
    expect(LEVELS.with([level('2022-03-01', 'low', { region: '110105' })]).list().map(({ region }) => region)).toEqual(['110105', '130102', '130102', '130102']);
  });
});

describe('chinaDayOf', () => {
  it('begins the day with midnight in Shanghai', () => {
    expect(chinaDayOf(Date.parse('2022-03-09T16:00:00Z'))).toBe('2022-03-10');
    expect(chinaDayOf(Date.parse('2022-03-09T15:59:59Z'))).toBe('2022-03-09');
  });
});
