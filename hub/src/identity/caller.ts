import type { ProvinceCode } from '@health-code/attestation';
import type { Role } from '@health-code/messages';
import { HubError } from '../errors.js';

/** Who calls, by the certificate of the connection; never by anything a request says. */
export interface Caller {
  readonly role: Role;
  /** SPIFFE ID. */
  readonly id: string;
  /** Of a province and its checkpoints. */
  readonly province?: ProvinceCode;
  /** SHA-256 of the certificate in DER, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** When the certificate ends, in milliseconds since the epoch; absent of a caller who is taken for granted (bench-main.ts). */
  readonly expiresAt?: number;
}

/**
 * Where a call keeps who makes it; set by the guard, before any handler runs. On the call itself: a WeakMap of as many short-lived
 * calls costs the garbage collector ten times as much.
 */
const CALLER = Symbol('caller');

interface IdentifiedCall {
  [CALLER]?: Caller;
}

/** Notes who makes `call`. For the guard alone. */
export function identify(call: object, caller: Caller): void {
  (call as IdentifiedCall)[CALLER] = caller;
}

/** Who makes `call`. @throws HubError CALLER_UNIDENTIFIED for a call that no guard has seen */
export function callerOf(call: object): Caller {
  const caller = (call as IdentifiedCall)[CALLER];
  if (caller === undefined) throw new HubError('CALLER_UNIDENTIFIED', 'nobody is known to make this call');
  return caller;
}

/** The province that makes `call`, or whose checkpoint does. @throws HubError CALLER_UNIDENTIFIED for operators and auditors */
export function provinceOf(call: object): ProvinceCode {
  const { province } = callerOf(call);
  if (province === undefined) throw new HubError('CALLER_UNIDENTIFIED', 'the certificate names no province');
  return province;
}
