import { status, type ServiceError } from '@grpc/grpc-js';
import { parseCanaryCode, v1 } from '@health-code/messages';

/** Asks the hub about a code, as about any other. */
export type VerifyCode = (request: v1.VerifyCodeRequest.$Properties) => Promise<v1.VerifyCodeResponse>;

/** The code that a refusal of the hub begins with, or else the name of its gRPC status. */
function errorCodeOf(error: unknown): string {
  const { code, details = '' } = error as Partial<ServiceError>;
  return /^[A-Z][A-Z0-9_]+(?=: )/.exec(details)?.[0] ?? (code === undefined ? undefined : status[code]) ?? 'UNKNOWN';
}

/** Whether a task is one: a device is told by the hub what to ask, and asks about canaries alone. */
const isCanaryOf = (code: Uint8Array, issuer: string): boolean => parseCanaryCode(Buffer.from(code).toString('latin1'))?.province === issuer;

/**
 * Asks what a checkpoint of `province` is told to ask, and says what it was answered. Never rejects: what goes wrong is the report.
 *
 * @param now milliseconds, of any clock
 */
export async function answerTask(task: v1.ProbeResponse.$Properties, province: string, verifyCode: VerifyCode, now: () => number): Promise<v1.ProbeRequest.$Properties> {
  const reference = task.reference ?? 0;
  const code = task.code ?? new Uint8Array();
  if (!isCanaryOf(code, task.issuer ?? '')) return { reference, errorCode: 'REQUEST_FIELD_INVALID' };
  const began = now();
  const duration = (): number => Math.min(Math.max(0, Math.round(now() - began)), 0xffff_ffff);
  const context = { province, checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL, purpose: v1.Purpose.PURPOSE_CHECKPOINT };
  try {
    const { verdict } = await verifyCode({ context, code });
    return { reference, verdict: v1.Verdict.encode(verdict ?? {}).finish(), durationMs: duration() };
  } catch (error) {
    return { reference, errorCode: errorCodeOf(error), durationMs: duration() };
  }
}
