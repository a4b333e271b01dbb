import { v1 } from '@health-code/messages';
import { adviceName, availabilityName, recognitionName, statusName } from '../verify/verdict-words.js';
import type { RunningCountry } from './running-country.js';

/** A verdict by short names, as tests state what they expect. */
export interface Outcome {
  readonly status: string;
  readonly recognition: string;
  readonly advice: string;
  readonly errorCode: string;
}

/** The right answer for a green person. */
export const ALLOWED: Outcome = { status: 'green', recognition: 'recognised', advice: 'allow', errorCode: '' };

const ADVICE: Readonly<Record<string, string>> = {
  'unknown-code': 'ask-person', 'no-status': 'ask-person', superseded: 'ask-person', expired: 'ask-person', 'issuer-unreachable': 'try-again',
};

/** A refusal: never a colour, and the advice of the published table. */
export const refusedAs = (recognition: string, errorCode: string): Outcome => ({ status: 'unspecified', recognition, advice: ADVICE[recognition] ?? 'local-procedure', errorCode });

/** Who asks: a general place in the province of this code. */
export const contextIn = (province: string): v1.ICheckpointContext => ({ province, purpose: v1.Purpose.PURPOSE_CHECKPOINT, organisation: '示例卡口', position: '1号口' });

/** What a verdict comes to. */
export const outcomeOf = (verdict: v1.IVerdict): Outcome => ({
  status: statusName(verdict.status),
  recognition: recognitionName(verdict.recognition),
  advice: adviceName(verdict.advice),
  errorCode: verdict.errorCode ?? '',
});

/** What else a verdict says. */
export const availabilityOf = (verdict: v1.IVerdict): string => availabilityName(verdict.availability);

/** Verifies what was scanned, at a general place in `province`. */
export async function verifyCode({ checkpoint, place }: RunningCountry, code: string | Uint8Array, province = place): Promise<v1.IVerdict> {
  const { verdict } = await checkpoint.verifyCode({ context: contextIn(province), code: typeof code === 'string' ? Buffer.from(code) : code });
  return verdict ?? {};
}

/** Verifies the person of an identity document. */
export async function verifyPerson({ checkpoint, place }: RunningCountry, document: v1.IIdentityDocument, province = place): Promise<v1.IVerdict> {
  const { verdict } = await checkpoint.verifyCode({ context: contextIn(province), identityDocument: document });
  return verdict ?? {};
}

/** Verifies many codes at once; outcomes in their order. */
export async function verifyBatch({ checkpoint, place }: RunningCountry, codes: readonly (string | Uint8Array)[], province = place): Promise<readonly Outcome[]> {
  const answer = await checkpoint.verifyBatch({ context: contextIn(province), codes: codes.map((code) => (typeof code === 'string' ? Buffer.from(code) : code)) });
  return answer.statuses.map((status, column) => {
    const recognition = recognitionName(answer.recognitions[column]);
    const reason = answer.reasonCodes[answer.reasons[column] ?? 0] ?? '';
    return { status: statusName(status), recognition, advice: adviceName(answer.advices[column]), errorCode: recognition === 'recognised' ? '' : reason };
  });
}

/** How a gRPC call was refused: its status, and ErrorInfo.reason out of `grpc-status-details-bin`. */
export async function refusalOf(call: Promise<unknown>): Promise<{ readonly status: number; readonly reason: string }> {
  try {
    await call;
  } catch (error) {
    const { code, metadata } = error as { readonly code: number; readonly metadata?: { readonly get: (name: string) => readonly (Buffer | string)[] } };
    const details = String(metadata?.get('grpc-status-details-bin')[0] ?? '');
    return { status: code, reason: /ErrorInfo.*?([A-Z][A-Z_]{3,})/s.exec(details)?.[1] ?? '' };
  }
  return { status: 0, reason: '' };
}
