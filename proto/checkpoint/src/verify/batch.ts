import type { ServiceError } from '@grpc/grpc-js';
import { refusedOffline } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import type { Asked } from './checkpoint-request.js';
import type { Gate, Judged } from './gate.js';
import { toVerdict } from './verdict-message.js';

/** Codes of one batch under way at the same time: signatures, and questions to the hub. */
const CONCURRENCY = 32;

/** Of a code that the hub would not judge, such as for its rate: the others of the batch are not held up by it. */
const unjudged = (error: unknown): Judged => ({
  outcome: refusedOffline('issuer-unreachable', /^[A-Z][A-Z0-9_]+(?=: )/.exec((error as Partial<ServiceError>).details ?? '')?.[0] ?? 'NETWORK_NEEDED'),
  packageVersion: 0,
});

const verdictOf = (judged: Judged): v1.Verdict.$Properties => ('answer' in judged ? (judged.answer.verdict ?? {}) : toVerdict(judged.outcome));

/** Many codes as columns, in the order of the request; the reason of a status, or the code of a refusal, once each. */
export async function verifyBatch(gate: Gate, codes: readonly Uint8Array[], context: v1.CheckpointContext.$Properties, asked: Asked): Promise<v1.VerifyBatchResponse.$Properties> {
  const verdicts = new Array<v1.Verdict.$Properties>(codes.length).fill({});
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < codes.length; at = next++) {
      const code = codes[at] ?? new Uint8Array();
      verdicts[at] = verdictOf(await gate.judge(code, { context, code }, asked).catch(unjudged));
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, codes.length) }, work));
  const reasonCodes: string[] = [];
  const ordinals = new Map<string, number>();
  const ordinalOf = (reason: string): number => {
    const known = ordinals.get(reason) ?? reasonCodes.push(reason) - 1;
    ordinals.set(reason, known);
    return known;
  };
  return {
    statuses: verdicts.map(({ status }) => status ?? 0),
    recognitions: verdicts.map(({ recognition }) => recognition ?? 0),
    freshnesses: verdicts.map(({ freshness }) => freshness ?? 0),
    advices: verdicts.map(({ advice }) => advice ?? 0),
    reasons: verdicts.map(({ errorCode, reasonCode }) => ordinalOf(errorCode || (reasonCode ?? ''))),
    reasonCodes,
  };
}
