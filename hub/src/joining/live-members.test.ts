import { parseProvinceCode } from '@health-code/attestation';
import { spiffeId } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import type { HubError } from '../errors.js';
import type { Caller } from '../identity/caller.js';
import { LiveMembers, type LiveMember, type MembersContent } from './live-members.js';
import { MEMBER_STATES, type MemberState } from './members.js';

const GUIZHOU = parseProvinceCode('520000');
const OWN = 'a'.repeat(64);

const PATHS = {
  membership: '/healthcode.v1.Membership/GetMembership',
  adapter: '/healthcode.v1.Adapter/Register',
  reading: '/healthcode.v1.Ledger/GetSummary',
  matrix: '/healthcode.v1.MutualRecognition/GetMatrix',
  people: '/healthcode.v1.PersonalHealthCode/VerifyCode',
} as const;

const caller = (role: 'province' | 'checkpoint', fingerprint = OWN): Caller => ({
  role,
  province: GUIZHOU,
  fingerprint,
  id: spiffeId(role === 'province' ? { role, province: GUIZHOU } : { role, province: GUIZHOU, name: 'gate' }),
});

function membersIn(state: MemberState | undefined, content: Partial<MembersContent> = {}): LiveMembers {
  const members = new LiveMembers();
  const member: readonly LiveMember[] = state === undefined ? [] : [{ code: GUIZHOU, state, since: 0, origin: 'joined', acceptedKeys: [] }];
  members.replace({ members: member, revoked: new Set(), known: new Map(), ...content });
  return members;
}

function outcome(members: LiveMembers, by: Caller, path: string): string {
  try {
    members.check(by, path);
    return 'open';
  } catch (error) {
    return (error as HubError).code;
  }
}

describe('LiveMembers.check', () => {
  it('opens to a province what its state allows', () => {
    const open = (state: MemberState): readonly string[] => Object.entries(PATHS).flatMap(([name, path]) => (outcome(membersIn(state), caller('province'), path) === 'open' ? [name] : []));
    expect(open('applied')).toEqual(['membership']);
    expect(open('keys-accepted')).toEqual(['membership']);
    expect(open('conformance-passed')).toEqual(['membership']);
    expect(open('admitted')).toEqual(['membership', 'adapter', 'reading', 'matrix', 'people']);
    expect(open('suspended')).toEqual(['membership', 'adapter', 'reading', 'matrix']);
    expect(open('left')).toEqual([]);
  });

  it('says of what is closed whether it may open again', () => {
    expect(outcome(membersIn('applied'), caller('province'), PATHS.people)).toBe('MEMBERSHIP_STATE_INVALID');
    expect(outcome(membersIn(undefined), caller('province'), PATHS.membership)).toBe('MEMBERSHIP_STATE_INVALID');
    expect(outcome(membersIn('left'), caller('province'), PATHS.membership)).toBe('CERTIFICATE_REVOKED');
  });

  it('lets checkpoints of admitted and suspended provinces work, and no others', () => {
    const outcomes = MEMBER_STATES.map((state) => [state, outcome(membersIn(state), caller('checkpoint'), '/healthcode.v1.Checkpoint/VerifyCode')]);
    expect(Object.fromEntries(outcomes)).toEqual({
      applied: 'MEMBERSHIP_STATE_INVALID',
      'keys-accepted': 'MEMBERSHIP_STATE_INVALID',
      'conformance-passed': 'MEMBERSHIP_STATE_INVALID',
      admitted: 'open',
      suspended: 'open',
      left: 'CERTIFICATE_REVOKED',
    });
  });

  it('refuses a certificate that was taken back, whoever has it', () => {
    const members = membersIn('admitted', { revoked: new Set([OWN]) });
    expect(outcome(members, caller('checkpoint'), PATHS.people)).toBe('CERTIFICATE_REVOKED');
    expect(outcome(members, { role: 'operator', id: 'spiffe://health-code.internal/operator/a', fingerprint: OWN }, '/healthcode.v1.Operator/ListMembers')).toBe('CERTIFICATE_REVOKED');
    expect(outcome(members, caller('checkpoint', 'b'.repeat(64)), PATHS.people)).toBe('open');
  });

  it('takes of a province that came back only the certificates of its new time', () => {
    const members = membersIn('applied', { known: new Map([[GUIZHOU, new Set([OWN])]]) });
    expect(outcome(members, caller('province'), PATHS.membership)).toBe('open');
    expect(outcome(members, caller('province', 'b'.repeat(64)), PATHS.membership)).toBe('CERTIFICATE_REVOKED');
  });
});
