import { getProvince, isProvinceCode, type ProvinceCode, type RegionalPolicy } from '@health-code/attestation';
import { secondsFromTimestamp, v1 } from '@health-code/messages';
import { HubError, type FieldViolation } from '../errors.js';

/** How a regional rule stands. */
export type PolicyState = 'proposed' | 'approved' | 'rejected' | 'withdrawn';

/** 属地政策 as one of its versions says it. A change is a new version; the highest stands. */
export interface PolicyVersion extends RegionalPolicy {
  /** Why, for everybody to read; 1 to {@link POLICY_BOUNDS}.reason characters. */
  readonly reason: string;
  readonly state: PolicyState;
  /** SPIFFE ID of the operator who decided. */
  readonly decidedBy?: string;
}

/** What a province asks for, after every check. */
export type PolicyProposal = Pick<PolicyVersion, 'receiver' | 'issuers' | 'reason' | 'effectiveFrom' | 'effectiveUntil'>;

const DAY = 24 * 60 * 60;

/** Bounds of a regional rule. Seconds; characters; how many of one province may be proposed or in force at once. */
export const POLICY_BOUNDS = { reason: 500, past: 5 * 60, ahead: 366 * DAY, longest: 90 * DAY, open: 32 } as const;

/** Text that a terminal, a log or a page would show as something else: control characters, and what turns the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether a reason may be published: {@link POLICY_BOUNDS}.reason characters at most, and something to read in it. */
export function reasonViolation(field: string, reason: string): FieldViolation | undefined {
  const length = Array.from(reason).length;
  if (reason.trim() === '') return { field, description: 'must say why' };
  if (length > POLICY_BOUNDS.reason) return { field, description: `is longer than ${String(POLICY_BOUNDS.reason)} characters` };
  return UNPRINTABLE.test(reason) ? { field, description: 'holds control characters' } : undefined;
}

/** POLICY_INVALID with every field that is wrong. */
export const policyRefused = (fieldViolations: readonly FieldViolation[]): HubError =>
  new HubError('POLICY_INVALID', `bad fields: ${fieldViolations.map(({ field, description }) => `${field} ${description}`).join('; ')}`, { fieldViolations });

/**
 * What a province asks for. It may only ask for itself, only for something stricter than the floor, for a time, and with a
 * reason that everybody can read.
 *
 * @param isMember whether a province takes part, or is about to
 * @param now seconds since the epoch
 * @throws HubError POLICY_INVALID naming every field that is wrong
 */
export function parsePolicyProposal(
  policy: v1.RecognitionPolicy.$Properties | null | undefined,
  receiver: ProvinceCode,
  isMember: (code: string) => boolean,
  now: number,
): PolicyProposal {
  const violations: FieldViolation[] = [];
  const refuse = (field: string, description: string): void => {
    violations.push({ field: `policy.${field}`, description });
  };
  if ((policy?.receiver ?? '') !== '' && policy?.receiver !== receiver) refuse('receiver', 'is not the province that asks');
  if (policy?.effect !== v1.PolicyEffect.POLICY_EFFECT_LOCAL_PROCEDURE) refuse('effect', 'must be the local procedure: nothing looser and nothing else is agreed beside the floor');
  const reason = policy?.reason ?? '';
  const wrongReason = reasonViolation('policy.reason', reason);
  if (wrongReason !== undefined) violations.push(wrongReason);
  const issuers = parseIssuers(policy?.issuers ?? [], receiver, isMember, refuse);
  const [effectiveFrom, effectiveUntil] = parsePeriod(policy, now, refuse);
  if (violations.length > 0) throw policyRefused(violations);
  return { receiver, issuers, reason, effectiveFrom, effectiveUntil };
}

function parseIssuers(issuers: readonly string[], receiver: string, isMember: (code: string) => boolean, refuse: (field: string, description: string) => void): readonly ProvinceCode[] {
  const codes = issuers.filter((code): code is ProvinceCode => isProvinceCode(code));
  if (issuers.length === 0) refuse('issuers', 'are empty: a rule says whose codes it is about');
  else if (codes.length !== issuers.length || !codes.every(isMember)) refuse('issuers', 'name a province that is no member');
  if (issuers.includes(receiver)) refuse('issuers', 'name the province itself');
  if (new Set(issuers).size !== issuers.length) refuse('issuers', 'name one province twice');
  return codes;
}

function parsePeriod(policy: v1.RecognitionPolicy.$Properties | null | undefined, now: number, refuse: (field: string, description: string) => void): readonly [number, number] {
  const stated = secondsFromTimestamp(policy?.effectiveFrom) ?? now;
  const until = secondsFromTimestamp(policy?.effectiveUntil);
  // Nobody followed it before it was asked for.
  const from = Math.max(stated, now);
  if (stated < now - POLICY_BOUNDS.past) refuse('effective_from', 'lies in the past');
  else if (!(stated <= now + POLICY_BOUNDS.ahead)) refuse('effective_from', 'lies more than a year ahead');
  if (until === undefined) refuse('effective_until', 'is missing: every regional rule ends');
  else if (!(until > from)) refuse('effective_until', 'is not after the beginning');
  else if (!(until - from <= POLICY_BOUNDS.longest)) refuse('effective_until', 'is more than 90 days after the beginning');
  return [from, until ?? Number.NaN];
}

/**
 * The version that follows when an operator decides. It is in force from the decision on at the earliest: nobody followed it before.
 *
 * @param now seconds since the epoch
 * @throws HubError POLICY_CLOSED for what is not proposed, or has ended
 */
export function decidedVersion(policy: PolicyVersion, approve: boolean, operator: string, now: number): PolicyVersion {
  if (policy.state !== 'proposed' || policy.effectiveUntil <= now) throw closed();
  const effectiveFrom = approve ? Math.max(policy.effectiveFrom, now) : policy.effectiveFrom;
  return { ...policy, version: policy.version + 1, state: approve ? 'approved' : 'rejected', decidedBy: operator, effectiveFrom };
}

/**
 * The version that follows when the province takes it back: it ends now, or before it began.
 *
 * @param now seconds since the epoch
 * @throws HubError POLICY_CLOSED for what was refused, taken back already, or has ended
 */
export function withdrawnVersion(policy: PolicyVersion, now: number): PolicyVersion {
  if ((policy.state !== 'proposed' && policy.state !== 'approved') || policy.effectiveUntil <= now) throw closed();
  return { ...policy, version: policy.version + 1, state: 'withdrawn', effectiveUntil: Math.max(now, policy.effectiveFrom) };
}

const closed = (): HubError => new HubError('POLICY_CLOSED', 'the policy was decided, withdrawn or has ended already');

/** One line for the events of a province. */
export const policyLine = ({ id, version, issuers, effectiveFrom, effectiveUntil }: PolicyVersion): string => {
  const day = (seconds: number): string => new Date(seconds * 1000).toISOString();
  const names = issuers.map((code) => getProvince(code).slug).join(', ');
  return `${id} v${String(version)}: local procedure for green codes of ${names}, ${day(effectiveFrom)} to ${day(effectiveUntil)}`;
};
