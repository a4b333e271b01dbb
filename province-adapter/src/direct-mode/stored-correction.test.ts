import { describe, expect, it } from 'vitest';
import { createSyntheticPeople, type SyntheticPerson } from '../stand-in/synthetic-people.js';
import { disputedRecord, isClaimable, statedWords, withDecision, type StoredCorrection } from './stored-correction.js';

const FIELDS = { availability: 'available', status: '01', reason: 'SYMPTOMS', ruleId: '370000-declared-symptoms', ruleVersion: '1', evidence: 'self-declared', guidance: '就诊', validUntil: '2000' };
const [PERSON] = createSyntheticPeople('993799', [FIELDS]) as [SyntheticPerson];
const CORRECTION: StoredCorrection = {
  subjectReference: '1.reference',
  disputedField: 'status',
  claimedValue: '00',
  evidence: '',
  person: PERSON.id,
  disputed: statedWords(PERSON),
  ...disputedRecord(PERSON),
  receivedAt: 500,
  state: 'decided-by-default',
  dueAt: 1000,
  decidedAt: 1000,
};
const decided = (change: Partial<StoredCorrection>, person = PERSON) => withDecision(person, { ...CORRECTION, ...change }, '370000');

describe('withDecision', () => {
  it('sets what was claimed, under a rule of its own, from the decision on and until the disputed statement ends', () => {
    expect(decided({})).toEqual({
      ...PERSON,
      fields: { ...FIELDS, status: '00', reason: 'REVIEW_UNANSWERED', ruleId: '370000-review-default', evidence: 'self-declared', guidance: '申诉逾期未复核，状态已按申诉更正', reviewedUntil: '500' },
      changedAt: 1_000_000,
    });
    expect(decided({ state: 'upheld' })?.fields).toMatchObject({ status: '00', reason: 'REVIEW_UPHELD', ruleId: '370000-review-upheld', evidence: 'authority-decision', reviewedUntil: '1000' });
  });

  it.each([
    ['10', '00', '00'],
    ['10', '01', '01'],
    ['01', '00', '00'],
    ['00', '01', undefined],
    ['00', '10', undefined],
    ['01', '10', undefined],
    ['01', '01', undefined],
  ])('by default makes of %s, claimed to be %s, %s', (status, claimedValue, expected) => {
    const person = { ...PERSON, fields: { ...FIELDS, status } };
    expect(decided({ claimedValue, disputed: statedWords(person) }, person)?.fields['status']).toBe(expected);
  });

  it('lets the staff uphold a graver claim', () => {
    expect(decided({ state: 'upheld', claimedValue: '10' })?.fields['status']).toBe('10');
  });

  it.each([{ status: '10' }, { reason: 'CONTACT_HISTORY' }, { ruleId: '370000-declared-contact' }])('leaves alone what was stated since: %j', (change) => {
    const person = { ...PERSON, fields: { ...FIELDS, ...change } };
    expect(decided({}, person)).toBeUndefined();
    expect(decided({ state: 'upheld' }, person)).toBeUndefined();
  });

  it('by default leaves alone the same stated again since; the staff know of it', () => {
    const again = { ...PERSON, changedAt: 999_000 };
    expect(decided({}, again)).toBeUndefined();
    expect(decided({ state: 'upheld' }, again)?.fields['status']).toBe('00');
  });

  it.each<Partial<StoredCorrection>>([{ state: 'received' }, { state: 'rejected' }, { disputedField: 'name' }])('changes nothing for %j', (change) => {
    expect(decided(change)).toBeUndefined();
  });

  it('changes nothing a second time', () => {
    expect(decided({}, decided({}))).toBeUndefined();
  });
});

describe('isClaimable', () => {
  it('takes the colours for a status, and any text for another field', () => {
    expect(['00', '01', '10'].every((claimedValue) => isClaimable({ ...CORRECTION, claimedValue }))).toBe(true);
    expect(['', '02', 'none', '绿码'].some((claimedValue) => isClaimable({ ...CORRECTION, claimedValue }))).toBe(false);
    expect(isClaimable({ ...CORRECTION, disputedField: 'name', claimedValue: '测试丙' })).toBe(true);
  });
});
