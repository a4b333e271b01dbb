import type { CheckResult } from './check-result.js';
import { ADVICE_WORDS, RECOGNITION_WORDS, STATED_WORDS, STATUS_WORDS, type Words } from './words.js';

/** The colour of the panel. Grey is everything that is no colour of a person. */
export type Tone = 'green' | 'yellow' | 'red' | 'grey';

/** What tells the same without colour, in the sun and to the colour-blind. Nothing but a pass is round. */
export type ShapeName = 'circle-check' | 'triangle' | 'square' | 'diamond-pause' | 'diamond-question' | 'diamond-cross' | 'diamond-clock' | 'diamond-note';

/** What the worker hears. */
export type SoundName = 'pass' | 'caution' | 'stop' | 'refused';

/** How a result looks and sounds. */
export interface Look {
  readonly tone: Tone;
  readonly shape: ShapeName;
  readonly sound: SoundName;
  readonly word: Words;
  readonly advice: Words;
  /** The issuer says green and the advice is not to let pass: what a glance takes for green must not be seen. */
  readonly isGreenHeld: boolean;
}

const REFUSAL_SHAPES: Readonly<Partial<Record<CheckResult['recognition'], ShapeName>>> = {
  expired: 'diamond-clock',
  superseded: 'diamond-clock',
  'issuer-unreachable': 'diamond-question',
  'unknown-code': 'diamond-question',
  'no-status': 'diamond-question',
  conflict: 'diamond-note',
};

/** Where more is known than the recognition says: a damaged code accuses nobody of forging one. */
const BY_ERROR_CODE: Readonly<Record<string, Words>> = {
  NETWORK_NEEDED: { zh: '需要网络', en: 'NETWORK NEEDED' },
  PACKAGE_MISSING: { zh: '没有离线包', en: 'NO PACKAGE' },
  CLOCK_BEHIND: { zh: '本机时钟不准', en: 'CLOCK IS WRONG' },
  CLOCK_AHEAD: { zh: '本机时钟不准', en: 'CLOCK IS WRONG' },
  ATTESTATION_MALFORMED: { zh: '码已损坏', en: 'CODE DAMAGED' },
  COMPACT_CODE_INVALID: { zh: '码已损坏', en: 'CODE DAMAGED' },
  ATTESTATION_EQUIVOCATED: { zh: '同号两种内容', en: 'ONE NUMBER, TWO CODES' },
  STATUS_LIST_MISSING: { zh: '缺状态名单', en: 'STATUS LIST MISSING' },
};

const grey = (shape: ShapeName, word: Words, { advice }: CheckResult, isGreenHeld = false): Look => ({ tone: 'grey', shape, sound: 'refused', word, advice: ADVICE_WORDS[advice], isGreenHeld });
const noStatus: Words = { zh: '无状态', en: 'NO STATUS' };

/**
 * Green is shown for one thing alone: a recognised green whose advice is to let pass. Yellow and red are shown for a recognised yellow and
 * red. Everything else is grey, and its word and shape say what it is: nothing unknown becomes green, or red.
 */
export function lookOf(result: CheckResult): Look {
  const { recognition, status, stated, advice, errorCode } = result;
  if (recognition !== 'recognised') return grey(REFUSAL_SHAPES[recognition] ?? 'diamond-cross', BY_ERROR_CODE[errorCode] ?? RECOGNITION_WORDS[recognition], result);
  const word = STATUS_WORDS[status] ?? noStatus;
  if (status === '00') return advice === 'allow' ? { tone: 'green', shape: 'circle-check', sound: 'pass', word, advice: ADVICE_WORDS.allow, isGreenHeld: false } : grey('diamond-pause', heldWord(result), result, true);
  if (status === '01') return { tone: 'yellow', shape: 'triangle', sound: 'caution', word, advice: ADVICE_WORDS[advice], isGreenHeld: false };
  if (status === '10') return { tone: 'red', shape: 'square', sound: 'stop', word, advice: ADVICE_WORDS[advice], isGreenHeld: false };
  return grey('diamond-note', STATED_WORDS[stated] ?? noStatus, result);
}

/** Why a green does not let pass. */
function heldWord({ freshness, policy, errorCode }: CheckResult): Words {
  const known = BY_ERROR_CODE[errorCode];
  if (known !== undefined) return known;
  if (freshness === 'stale' || freshness === 'expired') return { zh: '结果太旧', en: 'TOO OLD' };
  if (freshness === 'unknown') return { zh: '不能确认', en: 'NOT CONFIRMED' };
  return policy === undefined ? { zh: '待处置', en: 'HOLD' } : { zh: '按属地规定', en: 'LOCAL RULE' };
}
