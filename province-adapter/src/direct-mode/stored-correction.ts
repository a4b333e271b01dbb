import { HEALTH_STATUSES, type HealthStatus } from '@health-code/attestation';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { gravityOf } from './gravity.js';
import type { CorrectHealth } from './national-code.js';
import { REVIEWED_UNTIL, reviewedFields, type ReviewOutcome } from './review-rules.js';
import { BENEATH, ownRecord } from './trip-risk.js';

/** What is stated about a person: the same words are the same statement, however often it is made. */
type StatedWords = Readonly<Record<'status' | 'reason' | 'ruleId', string>>;

/** Which statement was disputed, as against a later one in the same words. */
interface DisputedRecord {
  /** Since when it stood, in milliseconds since the epoch. */
  readonly disputedSince: number;
  /** What it stood upon, if it was a trip's rule, as it is stored; else empty. */
  readonly disputedBeneath: string;
}

/** 纠错, as it stands. Times in seconds since the epoch, but for one. */
export interface StoredCorrection extends CorrectHealth, DisputedRecord {
  /** Key of the person. */
  readonly person: string;
  /** What was stated when the correction came. */
  readonly disputed: StatedWords;
  readonly receivedAt: number;
  readonly state: 'received' | ReviewOutcome;
  /** From here on nobody may reject it any more; absent where no rule says so. */
  readonly answerBy?: number;
  readonly dueAt: number;
  readonly decidedAt?: number;
  /** Whether the person's record shows what was decided: a crash may come between the two. */
  readonly isEffective?: boolean;
}

/** The field whose claim is one of the colours. */
const STATUS_FIELD = 'status';

const isStatus = (value: string): value is HealthStatus => HEALTH_STATUSES.some((status) => status === value);

/** Only a value that exists can be claimed. What other fields hold is for the staff to judge. */
export const isClaimable = ({ disputedField, claimedValue }: CorrectHealth): boolean => disputedField !== STATUS_FIELD || isStatus(claimedValue);

/** What is stated about a person now. */
export function statedWords({ fields }: SyntheticPerson): StatedWords {
  return { status: fields['status'] ?? '', reason: fields['reason'] ?? '', ruleId: fields['ruleId'] ?? '' };
}

function isStillStated({ disputed }: StoredCorrection, person: SyntheticPerson): boolean {
  const now = statedWords(person);
  return now.status === disputed.status && now.reason === disputed.reason && now.ruleId === disputed.ruleId;
}

/** Which statement about a person is disputed now. */
export const disputedRecord = ({ fields, changedAt }: SyntheticPerson): DisputedRecord => ({ disputedSince: changedAt, disputedBeneath: fields[BENEATH] ?? '' });

/**
 * Whether something was declared since the correction came that its claim would wipe out: the same words again, or something graver
 * beneath a trip's rule. A trip declared since is not asked for here: it is looked at again once the decision is written.
 */
function isDeclaredSince({ disputedSince, disputedBeneath, claimedValue }: StoredCorrection, person: SyntheticPerson, province: string): boolean {
  const now = disputedRecord(person);
  const isGraverBeneath = now.disputedBeneath !== disputedBeneath && gravityOf(ownRecord(person, province).words.status ?? '') > gravityOf(claimedValue);
  return now.disputedSince !== disputedSince || isGraverBeneath;
}

/**
 * A person as a decided correction leaves the record; undefined where it changes nothing: it was rejected, is of another field
 * than the status, or what it disputed is not stated any more. A decision that nobody took makes no status graver, and knows
 * nothing of what was declared after the correction came; the staff know what is stated when they decide.
 */
export function withDecision(person: SyntheticPerson, correction: StoredCorrection, province: string): SyntheticPerson | undefined {
  const { state, disputedField, claimedValue, receivedAt, decidedAt = 0 } = correction;
  if (state === 'received' || state === 'rejected' || disputedField !== STATUS_FIELD || !isStillStated(correction, person)) return undefined;
  const isLighter = gravityOf(claimedValue) < gravityOf(correction.disputed.status);
  if (state === 'decided-by-default' && (!isLighter || isDeclaredSince(correction, person, province))) return undefined;
  const { rule, fields } = reviewedFields(province, state);
  const reviewedUntil = String(state === 'decided-by-default' ? receivedAt : decidedAt);
  return {
    ...person,
    fields: { ...person.fields, ...fields, status: claimedValue, ruleId: rule.id, ruleVersion: rule.version, [REVIEWED_UNTIL]: reviewedUntil },
    changedAt: decidedAt * 1000,
  };
}
