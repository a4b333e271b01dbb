import type { ConformanceGroup } from './conformance-report.js';

/** How often a check is asked, and under which names: once as itself, or once for each of what its id is followed by. */
export type Asking =
  | 'once'
  /** For each golden record, by its name. */
  | 'golden'
  /** For each unknown value, by its number, and each unknown answer, by its name. */
  | 'unknown-values'
  /** For each expired code. */
  | 'expired-codes'
  /** These. */
  | { readonly names: readonly string[] }
  /** Numbered from 1: so many of the suite, and then the province's foreign codes. */
  | { readonly foreignCodesAfter: number };

/** Why a question may be skipped; nothing else may. */
export type SkipReason =
  /** The change can leave a code as it is: one without letters has no capitals. */
  | 'code-unchanged'
  /** A local system without ports, and a golden record without an identity document. */
  | 'no-document'
  /** Protocol version 1 has no canaries. */
  | 'no-canaries'
  /** A local system that leaves files in a folder leads nowhere else. */
  | 'files';

/** A check of a suite. Its group is the part of the id before the "/". */
export interface ListedCheck {
  readonly id: `${ConformanceGroup}/${string}`;
  readonly asks: Asking;
  readonly maySkip?: SkipReason;
}

/** A suite that earns a badge: which checks a whole report of it holds. */
export interface ListedSuite {
  readonly version: string;
  /** SHA-256 over the suite's files, hexadecimal. */
  readonly digest: string;
  readonly checks: readonly ListedCheck[];
}

const COLOURS: Asking = { names: ['green', 'red'] };

const list = (group: ConformanceGroup, names: readonly string[], asks: Asking = 'once'): readonly ListedCheck[] => names.map((name) => ({ id: `${group}/${name}`, asks }));

/**
 * The suite as it is. A test of scripts/province/conformance keeps this equal to the files below province-adapter/conformance/: who changes
 * them changes this, and moves what was here to {@link CONFORMANCE_SUITES} so that reports of it are good until the kit is updated.
 */
export const CURRENT_SUITE: ListedSuite = {
  version: '2',
  digest: 'cc6057cda5e0dffa09413d6d587f2348f271fe5686833d002ffb8c70a4d41027',
  checks: [
    { id: 'golden-records/registration', asks: 'once' },
    { id: 'golden-records/code', asks: 'golden' },
    { id: 'golden-records/document', asks: 'golden', maySkip: 'no-document' },
    { id: 'golden-records/canary', asks: { names: ['green', 'yellow', 'red', 'superseded', 'expired', 'malformed'] }, maySkip: 'no-canaries' },
    ...list('mutations', [
      'empty', 'one-character', 'first-quarter', 'first-half', 'without-last', 'without-first', 'without-middle',
      'prefix-alone', 'never-issued', 'extended', 'extended-letters', 'query-appended', 'fragment-appended', 'path-appended',
      'prepended', 'flipped-early', 'flipped-middle', 'flipped-last', 'leading-space', 'trailing-space', 'inner-space',
      'trailing-newline', 'inner-newline', 'header-injected', 'trailing-nul', 'inner-nul', 'inner-escape', 'delete-character',
      'byte-order-mark', 'zero-width', 'right-to-left', 'not-utf-8', 'overlong-utf-8', 'percent-encoded', 'percent-nul',
      'other-scheme', 'script-scheme', 'doubled', 'doubled-line', 'quoted', 'sql', 'format-directive', 'over-long', 'huge',
    ], COLOURS),
    ...list('mutations', [
      'of-two-people', 'swapped', 'upper-case', 'lower-case', 'other-case', 'homoglyphs-cyrillic', 'homoglyphs-wide', 'user-in-address',
    ], COLOURS).map((check) => ({ ...check, maySkip: 'code-unchanged' }) as const),
    ...list('clock-skew', [
      'deadline-passed', 'deadline-missing', 'deadline-far-ahead', 'hub-slightly-behind', 'attested-now', 'heartbeat-now', 'hub-clock-wrong',
    ]),
    ...list('replay', ['same-call', 'same-reply-key', 'same-code', 'many-at-once']),
    ...list('gap', ['resend', 'resend-beyond', 'stream-away', 'published', 'sequence', 'verified']),
    { id: 'gap/resend-one', asks: { names: ['first', 'second'] } },
    { id: 'gap/resend-nonsense', asks: { names: ['no-range', 'number-0', 'empty-range', 'too-many'] } },
    ...list('slow-answers', ['a-little', 'never', 'drip', 'headers-only', 'hung-up', 'busy']),
    ...list('partial-answers', [
      'cut-early', 'cut-half', 'cut-late', 'truncated-half', 'truncated-late', 'empty', 'page', 'empty-object', 'null', 'huge',
    ]),
    { id: 'partial-answers/redirect', asks: 'once', maySkip: 'files' },
    { id: 'wrong-province/foreign-code', asks: { foreignCodesAfter: 5 } },
    ...list('wrong-province', ['recognisers', 'sealed-for-another-key', 'in-the-clear', 'names-another', 'other-subject']),
    ...list('wrong-province', ['nobody', 'foreign-canary'], { names: ['1'] }),
    { id: 'unknown-values/code', asks: 'unknown-values' },
    { id: 'unknown-values/document', asks: 'unknown-values', maySkip: 'no-document' },
    { id: 'unknown-values/kind', asks: 'once' },
    { id: 'expired-codes/code', asks: 'expired-codes' },
  ],
};

/** Asks the same, and knows no code of its own for one that was scanned before. */
const FORMER_SUITE: ListedSuite = { ...CURRENT_SUITE, version: '1', digest: 'f422cb0a77bc5e0fa36fd68e9eaf58f50e8cf3a8378d7544a684424302d5b627' };

/** Suites whose reports earn a badge: the current one, and the one before it. */
export const CONFORMANCE_SUITES: readonly ListedSuite[] = [CURRENT_SUITE, FORMER_SUITE];
