import { v1 } from '@health-code/messages';
import { adviceName, recognitionName, statusName, wordsOf } from '../verify/verdict-words.js';

/** What a verdict comes to. */
export interface Outcome {
  readonly status: string;
  readonly recognition: string;
  readonly advice: string;
  readonly errorCode: string;
}

/** What a verdict comes to, by its short names. */
export const outcomeOf = (verdict: v1.IVerdict | null | undefined): Outcome => ({
  status: statusName(verdict?.status),
  recognition: recognitionName(verdict?.recognition),
  advice: adviceName(verdict?.advice),
  errorCode: verdict?.errorCode ?? '',
});

/** A recognised colour at a general place. */
export const recognisedAs = (status: 'green' | 'yellow' | 'red'): Outcome => ({ status, recognition: 'recognised', advice: status === 'green' ? 'allow' : 'local-procedure', errorCode: '' });

/** Of the published table, where it is not the procedure of the place. */
const ADVICE: Readonly<Record<string, string>> = {
  'unknown-code': 'ask-person', 'no-status': 'ask-person', superseded: 'ask-person', expired: 'ask-person', 'issuer-unreachable': 'try-again',
};

/** A refusal: never a colour. */
export const refusedAs = (recognition: string, errorCode: string): Outcome => ({ status: 'unspecified', recognition, advice: ADVICE[recognition] ?? 'local-procedure', errorCode });

/** Whether both say the same in everything. */
export const isSame = (one: Outcome, other: Outcome): boolean =>
  one.status === other.status && one.recognition === other.recognition && one.advice === other.advice && one.errorCode === other.errorCode;

/** For people: `绿码 green · 放行 allow`, `已被更新 superseded … · … · ATTESTATION_SUPERSEDED`. */
export function inWords({ status, recognition, advice, errorCode }: Outcome): string {
  const said = recognition === 'recognised' ? status : recognition;
  return [wordsOf(said), wordsOf(advice), ...(errorCode === '' ? [] : [errorCode])].join(' · ');
}

/** Who asks: a general place in the province of this code. */
export const contextIn = (province: string): v1.ICheckpointContext => ({ province, purpose: v1.Purpose.PURPOSE_CHECKPOINT, organisation: '示例卡口', position: '1号口' });
