import type { EvidenceClass } from '@health-code/attestation';
import type { AssignmentRule } from '../province-system.js';

/** How a correction may end. */
export type ReviewOutcome = 'upheld' | 'rejected' | 'decided-by-default';

/** An end that sets a colour. */
export type DecidedForPerson = Exclude<ReviewOutcome, 'rejected'>;

interface ReviewRow {
  /** Follows the province's code in the rule's id. */
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly reason: string;
  readonly evidence: EvidenceClass;
  readonly guidance: string;
}

/** 复核赋码规则. Ids, titles and reason codes are ours. */
const REVIEW_TABLE: Readonly<Record<DecidedForPerson, ReviewRow>> = {
  upheld: {
    name: 'review-upheld',
    version: '1',
    title: '复核认定申诉属实：按申诉值赋码',
    reason: 'REVIEW_UPHELD',
    evidence: 'authority-decision',
    guidance: '复核认定申诉属实，状态已更正',
  },
  'decided-by-default': {
    name: 'review-default',
    version: '1',
    title: '申诉逾期未复核：视为申诉属实，按申诉值赋码',
    reason: 'REVIEW_UNANSWERED',
    // Nobody looked: all there is behind the colour is the person's word.
    evidence: 'self-declared',
    guidance: '申诉逾期未复核，状态已按申诉更正',
  },
};

/** Where it is kept until when the decision that stands knew what was declared, in seconds since the epoch. */
export const REVIEWED_UNTIL = 'reviewedUntil';

/** What a decision for the person writes into the record. */
export interface ReviewedFields {
  readonly rule: { readonly id: string; readonly version: string };
  readonly fields: Readonly<Record<'reason' | 'evidence' | 'guidance', string>>;
}

/** The rule under which a decided correction sets a colour. */
export function reviewedFields(province: string, outcome: DecidedForPerson): ReviewedFields {
  const { name, version, reason, evidence, guidance } = REVIEW_TABLE[outcome];
  return { rule: { id: `${province}-${name}`, version }, fields: { reason, evidence, guidance } };
}

/** Whether a status stands under one of the rules. */
export const isReviewRule = (province: string, ruleId: string): boolean => Object.values(REVIEW_TABLE).some(({ name }) => ruleId === `${province}-${name}`);

/** The rules as a province registers them. @param decidesByDefault whether silence decides for the person there */
export function reviewRules(province: string, decidesByDefault: boolean): readonly AssignmentRule[] {
  const outcomes: readonly DecidedForPerson[] = decidesByDefault ? ['upheld', 'decided-by-default'] : ['upheld'];
  return outcomes.map((outcome) => ({ ...reviewedFields(province, outcome).rule, title: REVIEW_TABLE[outcome].title }));
}
