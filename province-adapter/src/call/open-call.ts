import { openSealed, type ProvinceCode, type SealedKey } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { AdapterError } from '../errors.js';
import type { Operation } from './call-handlers.js';
import type { ReplayWindow } from './replay-window.js';

/** Largest sealed call taken, in bytes; checked before anything is parsed. */
export const MAX_CALL_BYTES = 131_072;

/**
 * Milliseconds by which the hub's clock and this one may differ before calls are refused. Larger than what synchronised
 * clocks show, smaller than what would make a deadline of seconds mean nothing.
 */
export const CALL_CLOCK_TOLERANCE_MS = 5_000;

/** Milliseconds a deadline may lie ahead: the time for which a reply key must be remembered stays bounded. */
export const CALL_HORIZON_MS = 60_000;

const REPLY_KEY_BYTES = 32;

/** A call of the hub, opened. Only whoever holds the province's key knows `replyKey`. */
export interface OpenedCall {
  readonly replyKey: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly operation: Operation | undefined;
  readonly call: v1.ProvinceCall;
}

const invalid = (what: string, options?: ErrorOptions): AdapterError => new AdapterError('CALL_INVALID', `the call ${what}`, options);

/** Former keys stay for calls sealed before a rotation; a kid that fits none costs no decryption. */
async function openWithAny(jwe: string, keys: readonly SealedKey[]): Promise<Uint8Array> {
  let last: unknown;
  for (const key of keys) {
    try {
      return await openSealed(jwe, key);
    } catch (cause) {
      last = cause;
    }
  }
  throw invalid('cannot be opened', { cause: last });
}

/**
 * Opens a message of the call subject: attacker-controlled until it is open, since anybody may encrypt to a public key.
 * @throws AdapterError CALL_INVALID when it is too large, cannot be opened, or has no usable reply key: the refusal can
 *   then only be sent in the clear
 */
export async function openCall(message: Uint8Array, keys: readonly SealedKey[]): Promise<OpenedCall> {
  if (message.byteLength > MAX_CALL_BYTES) throw invalid('is too large');
  let call: v1.ProvinceCall;
  try {
    call = v1.ProvinceCall.decode(await openWithAny(v1.SealedCall.decode(message).jwe, keys));
  } catch (cause) {
    throw cause instanceof AdapterError ? cause : invalid('is no sealed ProvinceCall', { cause });
  }
  if (call.replyKey.byteLength !== REPLY_KEY_BYTES) throw invalid('has no usable reply key');
  const deadline = (call.deadline?.seconds ?? 0) * 1000 + (call.deadline?.nanos ?? 0) / 1_000_000;
  return { replyKey: call.replyKey, deadline, operation: call.operation, call };
}

/** Operations whose request names the province it is meant for. */
const provinceNamed = (call: v1.ProvinceCall): string | null | undefined =>
  (
    call.declareHealth ?? call.declareTrip ?? call.queryHealth ?? call.applyCode ?? call.makeCode ?? call.correctHealth ?? call.queryCorrection ?? call.convertCode
  )?.province;

/**
 * Decides whether an opened call may begin.
 * @param now milliseconds since the epoch
 * @throws AdapterError CALL_DEADLINE_PASSED; CALL_INVALID when it is a replay, names no operation, another province, or
 *   a deadline so far ahead that replays of it could not be told
 */
export function admitCall(opened: OpenedCall, province: ProvinceCode, replays: ReplayWindow, now: number): Operation {
  const lastsUntil = opened.deadline + CALL_CLOCK_TOLERANCE_MS;
  if (lastsUntil < now) throw new AdapterError('CALL_DEADLINE_PASSED', 'the deadline of the call has passed');
  if (opened.deadline > now + CALL_HORIZON_MS) throw invalid('has a deadline too far ahead');
  if (!replays.admit(opened.replyKey, lastsUntil, now)) throw invalid('was made before');
  if (opened.operation === undefined) throw invalid('names no operation');
  const named = provinceNamed(opened.call);
  if (named !== undefined && named !== province) throw invalid('is meant for another province');
  return opened.operation;
}
