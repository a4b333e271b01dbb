import { parseProvinceCode, type Attestation, type StatusRecord } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { isStillGood, nextClaims } from './attest.js';

const NOW = 1_800_000_000;
const record: StatusRecord = {
  availability: 'available', status: '00', since: NOW - 10, validUntil: NOW + 10_000, reason: 'REASON_NOT_STATED',
  rule: { id: '520000-assignment', version: '1' }, authority: '520000', evidence: 'self-declared',
  original: { system: 'guizhou-test', field: 'status', value: '00' },
};
const terms = { issuer: parseProvinceCode('520000'), lifetimeSeconds: 1000 };
const statement = { subject: `1.${'a'.repeat(42)}A`, record };
const standing: Attestation = { ...nextClaims(statement, 7, undefined, terms, NOW), disclosureDigests: [] };

describe('nextClaims', () => {
  it('takes over the record and numbers it', () => {
    expect(standing).toMatchObject({ issuer: '520000', sequence: 7, issuedAt: NOW, expiresAt: NOW + 1000, status: '00', since: NOW - 10, statusListIndex: 6 });
    expect(standing).not.toHaveProperty('supersedes');
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
    expect(isStillGood(standing, record, NOW + 499)).toBe(true);
    expect(isStillGood(standing, record, NOW + 500)).toBe(false);
  });

  it('accepts a `since` that moves with every answer', () => {
    expect(isStillGood(standing, { ...record, since: NOW + 100 }, NOW + 100)).toBe(true);
  });

  it.each<[string, Partial<StatusRecord>]>([
    ['status', { status: '01' }],
    ['reason', { reason: 'CLOSE_CONTACT' }],
    ['rule', { rule: { id: '520000-conversion', version: '1' } }],
    ['rule version', { rule: { id: '520000-assignment', version: '2' } }],
    ['authority', { authority: '520100' }],
    ['evidence', { evidence: 'laboratory' }],
    ['original value', { original: { ...record.original, value: 'green' } }],
    ['end, to an earlier one', { validUntil: NOW + 999 }],
  ])('refuses another %s', (_what, change) => {
    expect(isStillGood(standing, { ...record, ...change }, NOW)).toBe(false);
  });

  it('refuses one that was issued in the future, as after a clock was set back', () => {
    expect(isStillGood(standing, record, NOW - 1)).toBe(false);
  });
});
