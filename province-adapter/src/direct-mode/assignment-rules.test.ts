import { describe, expect, it } from 'vitest';
import { ASSIGNMENT_TABLE, assignStatus, assignmentRules, type DeclaredFacts } from './assignment-rules.js';

const WELL: DeclaredFacts = {
  temperature: 36.5,
  symptoms: [],
  highRiskAreaHistory: false,
  contactHistory: false,
  underIsolation: false,
};

describe('assignStatus', () => {
  it.each<[Partial<DeclaredFacts>, string, string]>([
    [{}, '00', ''],
    [{ temperature: 37.2 }, '00', ''],
    [{ temperature: 37.3 }, '01', 'FEVER'],
    [{ symptoms: ['2'] }, '01', 'SYMPTOMS'],
    [{ underIsolation: true }, '01', 'UNDER_ISOLATION'],
    [{ highRiskAreaHistory: true }, '10', 'RISK_AREA_HISTORY'],
    [{ contactHistory: true }, '10', 'CONTACT_HISTORY'],
  ])('gives %j the status %s', (facts, status, reason) => {
    expect(assignStatus({ ...WELL, ...facts })).toMatchObject({ status, reason, evidence: 'self-declared' });
  });

  it('lets the graver rule decide', () => {
    expect(assignStatus({ ...WELL, temperature: 39, contactHistory: true })).toMatchObject({
      status: '10',
      reason: 'CONTACT_HISTORY',
    });
  });
});

describe('assignmentRules', () => {
  it("publishes every row once, under the province's code", () => {
    const rules = assignmentRules('520000');
    expect(rules).toHaveLength(ASSIGNMENT_TABLE.length);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    expect(rules.every(({ id, title }) => id.startsWith('520000-declared-') && title !== '')).toBe(true);
  });

  it('has a reason in every row that is not green', () => {
    expect(ASSIGNMENT_TABLE.filter(({ status, reason }) => status !== '00' && reason === '')).toEqual([]);
  });
});
