import { parseProvinceCode, type Attestation } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { isRenewal, isStillGood, isWithdrawable, nextClaims } from './attest.js';
import type { AttestableRecord, Statement } from './statement.js';

const NOW = 1_800_000_000;
const record = {
  kind: 'health-status', status: '00', since: NOW - 10, validUntil: NOW + 10_000, reason: 'REASON_NOT_STATED',
  rule: { id: '520000-assignment', version: '1' }, authority: '520000', evidence: 'self-declared',
  original: { system: 'guizhou-test', field: 'status', value: '00' },
} as const satisfies AttestableRecord;
const test = {
  ...record, kind: 'nucleic-acid-test', status: 'negative', evidence: 'laboratory', original: { system: 'guizhou-test', field: 'result', value: '阴性' },
  test: { reportedAt: NOW - 5, method: 'individual', laboratory: '520100' },
} as const satisfies AttestableRecord;
const terms = { issuer: parseProvinceCode('520000'), lifetimeSeconds: 1000 };
const about = (said: AttestableRecord): Statement => ({ subject: `1.${'a'.repeat(42)}A`, record: said });
const statement = about(record);
const attested = (of: Statement): Attestation => ({ ...nextClaims(of, 7, undefined, terms, NOW), disclosureDigests: [] });
const standing = attested(statement);
const converted = { ...record, source: { issuer: parseProvinceCode('110000'), sequence: 5, issuedAt: NOW - 5 } };

describe('nextClaims', () => {
  it('takes over the record and numbers it', () => {
    expect(standing).toMatchObject({ issuer: '520000', sequence: 7, issuedAt: NOW, expiresAt: NOW + 1000, status: '00', since: NOW - 10 });
    expect(standing).not.toHaveProperty('supersedes');
  });

  it('is issued no earlier than its source, whose province may have a faster clock', () => {
    const ahead = about({ ...record, source: { ...converted.source, issuedAt: NOW + 60 } });
    expect(nextClaims(ahead, 7, undefined, terms, NOW).issuedAt).toBe(NOW + 60);
    expect(nextClaims(about(converted), 7, undefined, terms, NOW).issuedAt).toBe(NOW);
  });

  it('names what it supersedes', () => {
    expect(nextClaims(statement, 9, standing, terms, NOW).supersedes).toBe(7);
  });

  it('never outlives the local statement', () => {
    expect(nextClaims({ ...statement, record: { ...record, validUntil: NOW + 5 } }, 1, undefined, terms, NOW).expiresAt).toBe(NOW + 5);
  });
});

describe('isStillGood', () => {
  it('accepts the same statement until half its life is over', () => {
    expect(isStillGood(standing, statement, NOW + 499)).toBe(true);
    expect(isStillGood(standing, statement, NOW + 500)).toBe(false);
  });

  it('accepts one that is shown until it ends for all of its life: another would last no longer', () => {
    const shown = { until: NOW + 1000, atLeast: NOW + 1000 };
    expect(isStillGood(standing, { ...statement, shown }, NOW + 999)).toBe(true);
    expect(isStillGood(standing, { ...statement, shown }, NOW + 1000)).toBe(false);
    expect(isStillGood(standing, { ...statement, shown: { until: NOW + 1200, atLeast: NOW + 900 } }, NOW + 500)).toBe(false);
  });

  it('accepts a `since` that moves with every answer', () => {
    expect(isStillGood(standing, about({ ...record, since: NOW + 100 }), NOW + 100)).toBe(true);
  });

  it.each<[string, Partial<typeof standing> & Partial<Pick<AttestableRecord, 'validUntil'>>]>([
    ['status', { status: '01' }],
    ['reason', { reason: 'CLOSE_CONTACT' }],
    ['rule', { rule: { id: '520000-conversion', version: '1' } }],
    ['rule version', { rule: { id: '520000-assignment', version: '2' } }],
    ['authority', { authority: '520100' }],
    ['evidence', { evidence: 'laboratory' }],
    ['original value', { original: { ...record.original, value: 'green' } }],
    ['end, to an earlier one', { validUntil: NOW + 999 }],
    ['source', { source: converted.source }],
  ])('refuses another %s', (_what, change) => {
    expect(isStillGood(standing, about({ ...record, ...change } as AttestableRecord), NOW)).toBe(false);
  });

  it('tells tests apart by when they were sampled, and by their circumstances', () => {
    const tested = attested(about(test));
    expect(isStillGood(tested, about(test), NOW)).toBe(true);
    expect(isStillGood(tested, about({ ...test, since: NOW - 20 }), NOW)).toBe(false);
    expect(isStillGood(tested, about({ ...test, test: { ...test.test, laboratory: '520200' } }), NOW)).toBe(false);
  });

  it('keeps a conversion while who is known by reference alone is said to have the same colour', () => {
    const conversion = attested(about(converted));
    const other = { ...record, rule: { id: '520000-other', version: '1' }, validUntil: NOW + 9_000_000 };
    expect(isStillGood(conversion, { ...about(other), isByReference: true }, NOW + 999)).toBe(true);
    expect(isStillGood(conversion, { ...about(other), isByReference: true }, NOW + 1000)).toBe(false);
    expect(isStillGood(conversion, { ...about({ ...other, status: '10' }), isByReference: true }, NOW)).toBe(false);
    expect(isStillGood(conversion, about(other), NOW)).toBe(false);
  });

  it('refuses one that was issued in the future, as after a clock was set back', () => {
    expect(isStillGood(standing, statement, NOW - 1)).toBe(false);
  });
});

describe('isRenewal', () => {
  const later = { expiresAt: standing.expiresAt };

  it('accepts the same words, for as long or longer, whenever they were looked up', () => {
    expect(isRenewal(standing, later, { ...record, since: NOW + 100 })).toBe(true);
    expect(isRenewal(standing, { expiresAt: standing.expiresAt + 1 }, record)).toBe(true);
  });

  it('refuses an earlier end: the former one would stand for longer than is said now', () => {
    expect(isRenewal(standing, { expiresAt: standing.expiresAt - 1 }, record)).toBe(false);
  });

  it('refuses other words, a withdrawal, and another test', () => {
    for (const said of [{ ...record, status: '01' }, { ...record, status: 'none' }, converted] as const) expect(isRenewal(standing, later, said)).toBe(false);
    expect(isRenewal(attested(about(test)), later, { ...test, since: NOW - 20 })).toBe(false);
  });
});

describe('isWithdrawable', () => {
  const withdrawal = about({ ...record, status: 'none' });

  it('accepts what stands, and nothing that has ended or was withdrawn', () => {
    expect(isWithdrawable(standing, withdrawal, NOW)).toBe(true);
    expect(isWithdrawable(standing, withdrawal, NOW + 1000)).toBe(false);
    expect(isWithdrawable(attested(withdrawal), withdrawal, NOW)).toBe(false);
    expect(isWithdrawable(undefined, withdrawal, NOW)).toBe(false);
  });

  it('leaves a conversion alone where the local system only knows nothing of the person', () => {
    const conversion = attested(about(converted));
    expect(isWithdrawable(conversion, withdrawal, NOW)).toBe(false);
    expect(isWithdrawable(conversion, { ...withdrawal, isByReference: true }, NOW)).toBe(true);
  });
});
