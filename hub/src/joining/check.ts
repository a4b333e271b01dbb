import { v1 } from '@health-code/messages';

/** What is looked at, of a key or a certificate request. */
export const CHECK_NAMES = ['form', 'curve', 'size', 'usage', 'validity', 'key-id', 'duplicate', 'known-bad', 'possession', 'province'] as const;

/** One word of {@link CHECK_NAMES}. */
export type CheckName = (typeof CHECK_NAMES)[number];

/** How one check came out. */
export type CheckOutcome = 'passed' | 'failed' | 'not-run';

/** One check of one thing that was submitted. */
export interface Check {
  /** What was checked, for example `keys[0]`. */
  readonly subject: string;
  readonly name: CheckName;
  readonly outcome: CheckOutcome;
  /** For a person; never quotes what was submitted. */
  readonly detail: string;
}

/** Says in one sentence what is wrong; undefined when nothing is. */
export type Verdict = string | undefined;

/** The checks of one subject, made one after the other. */
export class CheckList {
  readonly #subject: string;
  readonly #checks = new Map<CheckName, Check>();

  /** @param names every check the subject is to have; one that is never made is told as not run */
  constructor(subject: string, names: readonly CheckName[]) {
    this.#subject = subject;
    for (const name of names) this.#checks.set(name, { subject, name, outcome: 'not-run', detail: 'needs another check to pass first' });
  }

  /** Makes one check; whatever `look` throws fails it, for what is looked at is attacker-controlled. @returns whether it passed */
  async make(name: CheckName, passed: string, look: () => Verdict | Promise<Verdict>): Promise<boolean> {
    let problem: Verdict;
    try {
      problem = await look();
    } catch {
      problem = 'cannot be read';
    }
    this.#checks.set(name, { subject: this.#subject, name, outcome: problem === undefined ? 'passed' : 'failed', detail: problem ?? passed });
    return problem === undefined;
  }

  /** Every check, in the order of the names. */
  get checks(): readonly Check[] {
    return [...this.#checks.values()];
  }
}

/** Whether everything that was to be looked at was, and passed. */
export const allPassed = (checks: readonly Check[]): boolean => checks.every(({ outcome }) => outcome === 'passed');

/** What did not pass, in one line, for the log of events: names alone. */
export const failuresOf = (checks: readonly Check[]): string =>
  checks.filter(({ outcome }) => outcome === 'failed').map(({ subject, name }) => `${subject} ${name}`).join(', ');

const OUTCOMES: Readonly<Record<CheckOutcome, v1.CheckOutcome>> = {
  passed: v1.CheckOutcome.CHECK_OUTCOME_PASSED,
  failed: v1.CheckOutcome.CHECK_OUTCOME_FAILED,
  'not-run': v1.CheckOutcome.CHECK_OUTCOME_NOT_RUN,
};

/** As it is sent. */
export const toCheckMessage = ({ subject, name, outcome, detail }: Check): v1.Check.$Properties => ({ subject, name, outcome: OUTCOMES[outcome], detail });
