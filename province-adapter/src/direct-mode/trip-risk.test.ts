import { describe, expect, it } from 'vitest';
import type { RiskLevels } from '../risk-level/risk-levels.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { at, levelsOf } from './memory-run.fixture.js';
import { reviewedFields } from './review-rules.js';
import { findTripRisk, tripRiskRules, withTripRisk, type StoredTrips } from './trip-risk.js';

const PROVINCE = '540000';
const NOW = at('2022-03-20');

const HIGH = levelsOf(['130102', '2022-03-10', 'high']);

const trip = (toRegion: string, arrived: string, declaredAt = NOW): StoredTrips => ({
  person: '01:x', trips: [{ toRegion, arrivedAt: at(arrived) / 1000 }], declaredAt: declaredAt / 1000,
});

const person = (fields: Readonly<Record<string, string>> = {}): SyntheticPerson => ({
  id: '01:x', name: '测试甲', documentType: '01', documentNumber: 'x', phone: '', changedAt: at('2022-03-18'),
  fields: { availability: 'available', status: '00', reason: '', ruleId: `${PROVINCE}-declared-nothing`, ruleVersion: '1', evidence: 'self-declared', guidance: '', validUntil: '1', ...fields },
});

describe('findTripRisk', () => {
  it.each<[string, StoredTrips, RiskLevels, string | undefined]>([
    ['was high on the day of arrival', trip('130102', '2022-03-12'), HIGH, '10'],
    ['became high after the arrival', trip('130102', '2022-03-08'), HIGH, '10'],
    ['was medium', trip('130102', '2022-03-12'), levelsOf(['130102', '2022-03-10', 'medium']), '01'],
    ['was high and is low now', trip('130102', '2022-03-12'), levelsOf(['130102', '2022-03-10', 'high'], ['130102', '2022-03-14', 'low']), '10'],
    ['had been high, and was low on the day of arrival', trip('130102', '2022-03-15'), levelsOf(['130102', '2022-03-10', 'high'], ['130102', '2022-03-14', 'low']), undefined],
    ['will be high', trip('130102', '2022-03-12'), levelsOf(['130102', '2022-03-21', 'high']), undefined],
    ['was low', trip('130102', '2022-03-12'), levelsOf(['130102', '2022-03-10', 'low']), undefined],
    ['has no stated grade', trip('130104', '2022-03-12'), HIGH, undefined],
    ['was reached fourteen days ago', trip('130102', '2022-03-06'), HIGH, '10'],
    ['was reached fifteen days ago', trip('130102', '2022-03-05'), HIGH, undefined],
    ['was not reached yet when it was declared', trip('130102', '2022-03-19', at('2022-03-18')), HIGH, undefined],
  ])('of a destination that %s', (_, declared, levels, status) => {
    expect(findTripRisk([declared], levels, NOW)?.status).toBe(status);
  });

  it('lets the gravest of several destinations decide', () => {
    const levels = levelsOf(['130102', '2022-03-10', 'medium'], ['130104', '2022-03-10', 'high']);
    expect(findTripRisk([trip('130102', '2022-03-12'), trip('130104', '2022-03-12')], levels, NOW)?.status).toBe('10');
  });
});

describe('tripRiskRules', () => {
  it('cite the kind of fact they look at', () => {
    expect(tripRiskRules(PROVINCE)).toMatchObject([
      { id: '540000-declared-trip-high-risk', version: '1', facts: ['regional-risk-level'] },
      { id: '540000-declared-trip-medium-risk', version: '1', facts: ['regional-risk-level'] },
    ]);
  });
});

describe('withTripRisk', () => {
  const assess = (who: SyntheticPerson, declared = [trip('130102', '2022-03-12')], levels = HIGH, now = NOW) => withTripRisk(who, declared, levels, PROVINCE, now);

  it('states reason and rule, and nothing of the trip', () => {
    const assessed = assess(person());
    expect(assessed).toMatchObject({
      fields: { status: '10', reason: 'RISK_AREA_HISTORY', ruleId: '540000-declared-trip-high-risk', ruleVersion: '1', evidence: 'verified-source', validUntil: '1' },
      changedAt: NOW,
    });
    expect(JSON.stringify(assessed)).not.toMatch(/130102|2022-03-12/);
  });

  it('changes nothing that is so already', () => {
    const assessed = assess(person());
    if (assessed === undefined) throw new Error('not assessed');
    expect(assess(assessed, undefined, undefined, NOW + 1000)).toBeUndefined();
    expect(assess(person(), [])).toBeUndefined();
  });

  it('gives back what was stated before once the rule no longer applies, since when it was stated', () => {
    const before = person();
    const assessed = assess(before);
    if (assessed === undefined) throw new Error('not assessed');
    expect(assess(assessed, undefined, undefined, at('2022-03-27'))).toEqual(before);
  });

  it('becomes graver with the grade of the region', () => {
    const medium = assess(person(), undefined, levelsOf(['130102', '2022-03-10', 'medium']));
    if (medium === undefined) throw new Error('not assessed');
    expect(medium.fields).toMatchObject({ status: '01', ruleId: '540000-declared-trip-medium-risk' });
    const high = assess(medium);
    expect(high?.fields).toMatchObject({ status: '10' });
    expect(assess(high ?? medium, [])).toEqual(person());
  });

  it('leaves alone what was declared as grave, or graver', () => {
    expect(assess(person({ status: '10', reason: 'CONTACT_HISTORY' }))).toBeUndefined();
    expect(assess(person({ status: '01', reason: 'FEVER' }), undefined, levelsOf(['130102', '2022-03-10', 'medium']))).toBeUndefined();
    expect(assess(person({ status: '01', reason: 'FEVER' }))?.fields).toMatchObject({ status: '10', reason: 'RISK_AREA_HISTORY' });
  });

  describe('while the levels are not known', () => {
    const red = assess(person()) ?? person();
    const yellow = assess(person(), undefined, levelsOf(['130102', '2022-03-10', 'medium'])) ?? person();
    const unknown = (who: SyntheticPerson, stood = who, now = NOW + 1000) => withTripRisk(who, [trip('130102', '2022-03-12')], undefined, PROVINCE, now, stood);

    it.each([['red', red], ['yellow', yellow], ['green', person()]])('leaves %s as it is', (_, who) => {
      expect(unknown(who)).toBeUndefined();
    });

    it.each([
      ['green', {}, '10'],
      ['yellow', { status: '01', reason: 'FEVER' }, '10'],
      ['red', { status: '10', reason: 'CONTACT_HISTORY' }, '10'],
    ])('lets nobody leave the red of the rule by declaring %s', (_, fields, status) => {
      const kept = unknown(person(fields), red);
      expect(kept?.fields).toMatchObject({ status, reason: 'RISK_AREA_HISTORY' });
      // What was declared is there once the levels are.
      expect(assess(kept ?? red, [], HIGH)).toEqual(person(fields));
    });

    it('has a graver declaration stand over the rule', () => {
      expect(unknown(person({ status: '10', reason: 'CONTACT_HISTORY' }), yellow)).toBeUndefined();
    });

    it('ends the rule with the last arrival that counts', () => {
      expect(unknown(red, red, at('2022-03-27'))).toEqual(person());
    });
  });

  it.each([{ availability: 'not-applied', status: '' }, { status: '02' }])('makes no colour of %j', (fields) => {
    expect(assess(person(fields))).toBeUndefined();
  });

  it('leaves standing what a review decided, until another trip is declared', () => {
    const { rule, fields } = reviewedFields(PROVINCE, 'upheld');
    const red = assess(person());
    if (red === undefined) throw new Error('not assessed');
    const reviewed: SyntheticPerson = { ...red, fields: { ...red.fields, ...fields, status: '00', ruleId: rule.id, ruleVersion: rule.version }, changedAt: NOW + 60_000 };
    expect(assess(reviewed, undefined, undefined, NOW + 120_000)).toBeUndefined();
    const later = [trip('130102', '2022-03-12'), trip('130102', '2022-03-20', NOW + 120_000)];
    const again = assess(reviewed, later, HIGH, NOW + 120_000);
    expect(again?.fields).toMatchObject({ status: '10' });
    expect(assess(again ?? reviewed, later, HIGH, NOW + 180_000)).toBeUndefined();
  });
});
