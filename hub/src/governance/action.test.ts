import { describe, expect, it } from 'vitest';
import type { HubError } from '../errors.js';
import { decideAction, stateAt, type OperatorAction } from './action.js';

const NOW = 1_700_000_000;
const action = (change: Partial<OperatorAction> = {}): OperatorAction => ({
  id: '1', kind: 'suspend-province', province: '520000', reason: 'because', state: 'open', proposedBy: 'a', approvedBy: ['a'], expiresAt: NOW + 1, ...change,
});
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as HubError).code;
  }
  return '';
};

describe('decideAction', () => {
  it('takes the yes of another operator than the proposer', () => {
    expect(decideAction(action(), 'b', true, NOW)).toBe('approved');
    expect(codeOf(() => decideAction(action(), 'a', true, NOW))).toBe('SECOND_OPERATOR_REQUIRED');
  });

  it('needs two where a province proposed it', () => {
    const proposed = action({ kind: 'replace-keys', proposedBy: 'province', approvedBy: [] });
    expect(decideAction(proposed, 'a', true, NOW)).toBe('open');
    expect(decideAction({ ...proposed, approvedBy: ['a'] }, 'b', true, NOW)).toBe('approved');
    expect(codeOf(() => decideAction({ ...proposed, approvedBy: ['a'] }, 'a', true, NOW))).toBe('SECOND_OPERATOR_REQUIRED');
  });

  it('ends with one no, the proposer\'s own as well', () => {
    expect([decideAction(action(), 'b', false, NOW), decideAction(action(), 'a', false, NOW)]).toEqual(['rejected', 'rejected']);
  });

  it('is closed once decided, and when its time is over', () => {
    for (const state of ['approved', 'rejected', 'expired'] as const) expect(codeOf(() => decideAction(action({ state }), 'b', true, NOW))).toBe('ACTION_CLOSED');
    expect(codeOf(() => decideAction(action(), 'b', false, NOW + 1))).toBe('ACTION_CLOSED');
    expect([stateAt(action(), NOW), stateAt(action(), NOW + 1), stateAt(action({ state: 'approved' }), NOW + 1)]).toEqual(['open', 'expired', 'approved']);
  });
});
