import type { ConformanceCheck } from '@health-code/attestation';
import type { Reply } from './kit-caller.js';
import type { SuiteCheck } from './suite.js';

/** What one question of a check came to. */
export interface Finding {
  /** Tells questions of one check apart; part of the id. */
  readonly name?: string;
  readonly sent: string;
  readonly came: string;
  /** Why it is wrong; absent where it is right. */
  readonly problem?: string;
  /** Why it could not be asked. */
  readonly skipped?: string;
}

/** A finding as a line of the report. */
export interface CheckResult extends ConformanceCheck {
  readonly sent: string;
  readonly came: string;
  readonly expected: string;
  readonly advice: string;
}

/** Limits of a report's fields, proto/attestation. */
const LONGEST_ID = 128;
const LONGEST_DETAIL = 1024;

const NAMES: Readonly<Record<string, string>> = { '00': 'green', '01': 'yellow', '10': 'red', none: 'withdrawn' };

/** A status in words. */
export const statusName = (status: string): string => NAMES[status] ?? status;

/** What came, in words; holds no code and no particulars. */
export function describeReply(reply: Reply): string {
  switch (reply.kind) {
    case 'refused':
      return `refused with ${reply.code}${reply.isSealed ? '' : ', in the clear'}`;
    case 'attested': {
      const { kind, status, sequence } = reply.verified.attestation;
      return `attested ${kind === 'health-status' ? statusName(status) : `${kind} ${status}`}, number ${String(sequence)}`;
    }
    case 'no-status':
      return `no attestation, availability "${reply.availability}"`;
    case 'reference':
      return 'a subject reference';
    case 'nobody':
      return 'nobody listens there';
    case 'silent':
      return 'no answer in time';
    case 'invalid':
      return `an answer that is none: ${reply.why}`;
  }
}

const shorten = (text: string): string => (text.length <= LONGEST_DETAIL ? text : `${text.slice(0, LONGEST_DETAIL - 1)}…`);

/** A finding of a check as it stands in the report. */
export function resultOf(check: SuiteCheck, finding: Finding): CheckResult {
  const { name, sent, came, problem, skipped } = finding;
  const outcome = problem !== undefined ? 'failed' : skipped === undefined ? 'passed' : 'skipped';
  const id = name === undefined ? check.id : `${check.id}/${name}`;
  return {
    id: id.slice(0, LONGEST_ID),
    group: check.group,
    title: check.title,
    outcome,
    detail: shorten(problem ?? skipped ?? came),
    sent,
    came,
    expected: check.expects,
    advice: check.advice,
  };
}
