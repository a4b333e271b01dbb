import { parseProvinceCode } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import type { AdmittedProvince } from '../registry/admission.js';
import type { StatedRiskLevel } from './risk-level.js';
import { parseStatement, STATE_LIMIT, stateRiskLevels } from './state-risk-levels.js';

/** 2022-03-10 in Asia/Shanghai, and still 9 March in UTC. */
const NOW = Date.parse('2022-03-10T00:30:00+08:00') / 1000;
const AUTHORITY = '91330106MA27Y4U47R';

const province = (code: string, standing: AdmittedProvince['standing'] = 'admitted'): AdmittedProvince => ({
  code: parseProvinceCode(code), standing,
});
const HEBEI = province('130000');

const level = (changed: v1.RiskLevel.$Properties = {}): v1.RiskLevel.$Properties => ({
  region: '130102', grade: v1.RiskGrade.RISK_GRADE_HIGH, effectiveFrom: '2022-03-10', authority: AUTHORITY, ...changed,
});

function refusal(levels: readonly v1.RiskLevel.$Properties[], by = HEBEI): readonly string[] {
  try {
    parseStatement({ levels: [...levels] }, by, NOW);
  } catch (error) {
    if (error instanceof HubError && error.code === 'REQUEST_INVALID') return error.fieldViolations.map(({ field }) => field);
    throw error;
  }
  return [];
}

describe('parseStatement', () => {
  it('takes a level of a region of the province that states it', () => {
    expect(parseStatement({ levels: [level()] }, HEBEI, NOW)).toEqual([{ region: '130102', grade: 'high', effectiveFrom: '2022-03-10', authority: AUTHORITY }]);
  });

  it.each([
    ['another province’s region', { region: '110105' }, 'region'],
    ['a city that has counties', { region: '130100' }, 'region'],
    ['no region', { region: '' }, 'region'],
    ['no grade', { grade: v1.RiskGrade.RISK_GRADE_UNSPECIFIED }, 'grade'],
    ['a grade of a later protocol', { grade: 9 as v1.RiskGrade }, 'grade'],
    ['a day that does not exist', { effectiveFrom: '2022-02-30' }, 'effective_from'],
    ['a day of another form', { effectiveFrom: '2022-3-10' }, 'effective_from'],
    ['a day further ahead than is announced', { effectiveFrom: '2022-03-18' }, 'effective_from'],
    ['a day further back than is stated', { effectiveFrom: '2022-02-07' }, 'effective_from'],
    ['an authority whose check character does not fit', { authority: '91330106MA27Y4U47Q' }, 'authority'],
    ['an authority by name', { authority: '省联防联控机制' }, 'authority'],
    ['another province that is to have stated it', { statedBy: '110000' }, 'stated_by'],
  ])('refuses %s', (_, changed, field) => {
    expect(refusal([level(changed)])).toEqual([`levels[0].${field}`]);
  });

  it.each(['2022-02-08', '2022-03-17'])('takes what begins on %s, the last day that is not too far', (effectiveFrom) => {
    expect(refusal([level({ effectiveFrom })])).toEqual([]);
  });

  it('leaves the cities of the Corps to the Corps, and the rest of Xinjiang to Xinjiang', () => {
    expect(refusal([level({ region: '659001' })], province('660000'))).toEqual([]);
    expect(refusal([level({ region: '650102' })], province('660000'))).toEqual(['levels[0].region']);
    expect(refusal([level({ region: '659001' })], province('650000'))).toEqual(['levels[0].region']);
    expect(refusal([level({ region: '650102' })], province('650000'))).toEqual([]);
  });

  it('names every field that is wrong, at once', () => {
    expect(refusal([level({ region: '110105', authority: '' }), level({ grade: v1.RiskGrade.RISK_GRADE_UNSPECIFIED })])).toEqual([
      'levels[0].region', 'levels[0].authority', 'levels[1].grade',
    ]);
  });

  it('refuses two statements about one region and day in one call: which is the later one would be a guess', () => {
    expect(refusal([level(), level({ grade: v1.RiskGrade.RISK_GRADE_LOW })])).toEqual(['levels']);
    expect(refusal([level(), level({ effectiveFrom: '2022-03-11', grade: v1.RiskGrade.RISK_GRADE_LOW })])).toEqual([]);
  });

  it('refuses none, and more than a thousand', () => {
    const regions = Array.from({ length: STATE_LIMIT + 1 }, (_, position) => level({ region: String(130_101 + Math.floor(position / 99) * 100 + (position % 99)) }));
    expect(refusal([])).toEqual(['levels']);
    expect(refusal(regions.slice(0, STATE_LIMIT))).toEqual([]);
    expect(refusal(regions)).toEqual(['levels']);
  });
});

describe('stateRiskLevels', () => {
  const kept = (added: number | undefined, appended: StatedRiskLevel[] = []) => ({
    append: (levels: readonly StatedRiskLevel[]) => {
      appended.push(...levels);
      return Promise.resolve(added);
    },
  });

  it('tells how many were new', async () => {
    expect(await stateRiskLevels({ levels: [level()] }, HEBEI, NOW, kept(1))).toEqual({ added: 1 });
  });

  it('takes nothing from a suspended province', async () => {
    const appended: StatedRiskLevel[] = [];
    await expect(stateRiskLevels({ levels: [level()] }, province('130000', 'suspended'), NOW, kept(1, appended))).rejects.toMatchObject({ code: 'PROVINCE_NOT_ADMITTED' });
    expect(appended).toEqual([]);
  });

  it('refuses what makes a day too full', async () => {
    await expect(stateRiskLevels({ levels: [level()] }, HEBEI, NOW, kept(undefined))).rejects.toMatchObject({ code: 'RISK_LEVELS_TOO_MANY' });
  });
});
