import { HEALTH_STATUSES, type HealthStatus } from '@health-code/attestation';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import type { CorrectHealth } from './national-code.js';
import { reviewedFields, type ReviewOutcome } from './review-rules.js';

/** What is stated about a person: the same words are the same statement, however often it is made. */
type StatedWords = Readonly<Record<'status' | 'reason' | 'ruleId', string>>;

/** 纠错, as it stands. Times in seconds since the epoch. */
export interface StoredCorrection extends CorrectHealth {
  /** Key of the person. */
  readonly person: string;
  /** What was stated when the correction came. */
  readonly disputed: StatedWords;
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

/** Colours from the lightest to the gravest: the greater number is the graver. */
export const gravityOf = (status: string): number => HEALTH_STATUSES.findIndex((each) => each === status);

/**
 * A person as a decided correction leaves the record; undefined where it changes nothing: it was rejected, is of another field
 * than the status, or what it disputed is not stated any more. A decision that nobody took makes no status graver.
 */
export function withDecision(person: SyntheticPerson, correction: StoredCorrection, province: string): SyntheticPerson | undefined {
  const { state, disputedField, claimedValue, decidedAt = 0 } = correction;
  if (state === 'received' || state === 'rejected' || disputedField !== STATUS_FIELD || !isStillStated(correction, person)) return undefined;
  const isLighter = gravityOf(claimedValue) < gravityOf(correction.disputed.status);
  if (state === 'decided-by-default' && !isLighter) return undefined;
  const { rule, fields } = reviewedFields(province, state);
  return {
    ...person,
    fields: { ...person.fields, ...fields, status: claimedValue, ruleId: rule.id, ruleVersion: rule.version },
    changedAt: decidedAt * 1000,
  };
}
