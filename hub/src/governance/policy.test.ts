import { parseProvinceCode } from '@health-code/attestation';
import { timestampFromSeconds, v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { decidedVersion, parsePolicyProposal, POLICY_BOUNDS, withdrawnVersion, type PolicyVersion } from './policy.js';

const [BEIJING, GUIZHOU, SICHUAN] = ['110000', '520000', '510000'].map(parseProvinceCode) as [PolicyVersion['receiver'], PolicyVersion['receiver'], PolicyVersion['receiver']];
const NOW = 1_700_000_000;
const DAY = 86_400;
const isMember = (code: string): boolean => [BEIJING, GUIZHOU, SICHUAN].some((member) => member === code);

const asked = (change: Partial<v1.RecognitionPolicy.$Properties> = {}): v1.RecognitionPolicy.$Properties => ({
  issuers: [GUIZHOU],
  effect: v1.PolicyEffect.POLICY_EFFECT_LOCAL_PROCEDURE,
  reason: '疫情防控需要: an outbreak in the county of arrival',
  effectiveFrom: timestampFromSeconds(NOW + DAY),
  effectiveUntil: timestampFromSeconds(NOW + 31 * DAY),
  ...change,
});

function fieldsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof HubError && error.code === 'POLICY_INVALID') return error.fieldViolations.map(({ field }) => field);
    throw error;
  }
  return [];
}
const wrong = (change: Partial<v1.RecognitionPolicy.$Properties>): readonly string[] => fieldsOf(() => parsePolicyProposal(asked(change), BEIJING, isMember, NOW));
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as HubError).code;
  }
  return '';
};

describe('parsePolicyProposal', () => {
  it('takes a dated rule with a reason, for the province that asks', () => {
    expect(parsePolicyProposal(asked(), BEIJING, isMember, NOW)).toEqual({
      receiver: BEIJING, issuers: [GUIZHOU], reason: '疫情防控需要: an outbreak in the county of arrival', effectiveFrom: NOW + DAY, effectiveUntil: NOW + 31 * DAY,
    });
  });

  it('lets a rule begin now that names no beginning, or one of some minutes ago', () => {
    expect(parsePolicyProposal(asked({ effectiveFrom: null }), BEIJING, isMember, NOW).effectiveFrom).toBe(NOW);
    expect(parsePolicyProposal(asked({ effectiveFrom: timestampFromSeconds(NOW - POLICY_BOUNDS.past) }), BEIJING, isMember, NOW).effectiveFrom).toBe(NOW);
  });

  it.each<readonly [string, Partial<v1.RecognitionPolicy.$Properties>, readonly string[]]>([
    ['a beginning in the past', { effectiveFrom: timestampFromSeconds(NOW - POLICY_BOUNDS.past - 1) }, ['policy.effective_from']],
    ['a beginning years ahead', { effectiveFrom: timestampFromSeconds(NOW + 400 * DAY), effectiveUntil: timestampFromSeconds(NOW + 401 * DAY) }, ['policy.effective_from']],
    ['no end', { effectiveUntil: null }, ['policy.effective_until']],
    ['an end before the beginning', { effectiveUntil: timestampFromSeconds(NOW + DAY) }, ['policy.effective_until']],
    ['more than 90 days', { effectiveUntil: timestampFromSeconds(NOW + 91 * DAY + 1) }, ['policy.effective_until']],
    ['no reason', { reason: ' ' }, ['policy.reason']],
    ['a reason of 501 characters', { reason: '疫'.repeat(501) }, ['policy.reason']],
    ['a reason with control characters', { reason: 'quiet\u001b[2Jnow' }, ['policy.reason']],
    ['a reason that turns the writing round', { reason: 'a\u202eb' }, ['policy.reason']],
    ['no issuers', { issuers: [] }, ['policy.issuers']],
    ['itself as issuer', { issuers: [BEIJING] }, ['policy.issuers']],
    ['an issuer that is no member', { issuers: ['440000'] }, ['policy.issuers']],
    ['an issuer that is nothing', { issuers: ['52'] }, ['policy.issuers']],
    ['an issuer twice', { issuers: [GUIZHOU, GUIZHOU] }, ['policy.issuers']],
    ['another receiver', { receiver: SICHUAN }, ['policy.receiver']],
    ['a looser effect', { effect: v1.PolicyEffect.POLICY_EFFECT_RECOGNISE }, ['policy.effect']],
    ['no effect', { effect: v1.PolicyEffect.POLICY_EFFECT_UNSPECIFIED }, ['policy.effect']],
  ])('refuses %s', (_, change, fields) => {
    expect(wrong(change)).toEqual(fields);
  });

  it('takes exactly 90 days, and 500 characters', () => {
    expect(wrong({ effectiveUntil: timestampFromSeconds(NOW + 91 * DAY), reason: '疫'.repeat(500) })).toEqual([]);
  });

  it('lists everything that is wrong at once', () => {
    expect(fieldsOf(() => parsePolicyProposal(undefined, BEIJING, isMember, NOW))).toEqual(['policy.effect', 'policy.reason', 'policy.issuers', 'policy.effective_until']);
  });
});

const standing: PolicyVersion = { id: '110000-1', version: 1, state: 'proposed', ...parsePolicyProposal(asked(), BEIJING, isMember, NOW) };

describe('a policy on its way', () => {
  it('is approved once, and from the decision on at the earliest', () => {
    const approved = decidedVersion(standing, true, 'spiffe://operator/a', NOW + 2 * DAY);
    expect(approved).toEqual({ ...standing, version: 2, state: 'approved', decidedBy: 'spiffe://operator/a', effectiveFrom: NOW + 2 * DAY });
    expect(decidedVersion(standing, true, 'a', NOW).effectiveFrom).toBe(NOW + DAY);
    expect(codeOf(() => decidedVersion(approved, false, 'b', NOW))).toBe('POLICY_CLOSED');
  });

  it('is not decided after its end', () => {
    expect(decidedVersion(standing, false, 'a', NOW + 31 * DAY - 1).state).toBe('rejected');
    expect(codeOf(() => decidedVersion(standing, true, 'a', NOW + 31 * DAY))).toBe('POLICY_CLOSED');
  });

  it('ends when its province takes it back, and not twice', () => {
    const approved = decidedVersion(standing, true, 'a', NOW);
    expect(withdrawnVersion(approved, NOW + 3 * DAY)).toMatchObject({ version: 3, state: 'withdrawn', effectiveFrom: NOW + DAY, effectiveUntil: NOW + 3 * DAY, decidedBy: 'a' });
    const withdrawn = withdrawnVersion(standing, NOW);
    expect(withdrawn).toMatchObject({ state: 'withdrawn', effectiveFrom: NOW + DAY, effectiveUntil: NOW + DAY });
    for (const closed of [withdrawn, decidedVersion(standing, false, 'a', NOW)]) expect(codeOf(() => withdrawnVersion(closed, NOW))).toBe('POLICY_CLOSED');
    expect(codeOf(() => withdrawnVersion(approved, NOW + 31 * DAY))).toBe('POLICY_CLOSED');
  });
});
