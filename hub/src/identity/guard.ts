import { channel } from 'node:diagnostics_channel';
import { HubError } from '../errors.js';
import type { AccessRule } from './access.js';
import { callerOf, identify, type Caller } from './caller.js';
import type { CallerStanding } from './caller-standing.js';
import { requireNotOver } from './identify-caller.js';
import type { RateLimits } from './rate-limits.js';

/** Who makes a call, by its connection. @throws HubError CALLER_UNIDENTIFIED */
export type IdentifyPeer = (call: object) => Caller;

/** What is published on {@link REFUSED_CALLERS}: who was refused what, and why. Nothing of the request. */
export interface RefusedCaller {
  readonly code: string;
  readonly path: string;
  /** SPIFFE ID; absent where nobody could be identified. */
  readonly id?: string;
  /** Why nobody could be: what is wrong with the certificate, of which nothing is quoted. */
  readonly why?: string;
}

/** Diagnostics channel of calls that ended at the guard, for the log. */
export const REFUSED_CALLERS = 'health-code.hub.refused-caller';

const refused = channel(REFUSED_CALLERS);

/** What {@link Guard} asks. */
export interface GuardParts {
  readonly standing: CallerStanding;
  readonly limits: Pick<RateLimits, 'take'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Stands before every handler: whether that role may call, whether this caller still may, and whether not too often. */
export class Guard {
  readonly #parts: GuardParts;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /**
   * Lets a call pass, and notes who makes it. In one turn and without a promise, since it stands on the way of every scan.
   * @param codes how many codes the request shows
   * @throws HubError CALLER_UNIDENTIFIED, CALLER_NOT_ALLOWED, CERTIFICATE_REVOKED, MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED
   */
  admit(call: object, identifyPeer: IdentifyPeer, path: string, rule: AccessRule, codes: number): void {
    let caller: Caller | undefined;
    try {
      caller = identifyPeer(call);
      if (!rule.roles.includes(caller.role)) throw new HubError('CALLER_NOT_ALLOWED', `a certificate of role ${caller.role} may not call ${path}`);
      this.#parts.standing.check(caller, path);
      this.#parts.limits.take(rule.limit, caller.id, rule.limit === 'verify' ? codes : 1);
    } catch (error) {
      publish(error, path, caller);
      throw error;
    }
    identify(call, caller);
  }

  /**
   * Lets one more code of a stream pass: the stream may be older than the standing of its caller.
   * @throws HubError CALLER_UNIDENTIFIED, CERTIFICATE_REVOKED, MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED
   */
  admitMessage(call: object, path: string): void {
    const caller = callerOf(call);
    try {
      requireNotOver(caller, this.#parts.now());
      this.#parts.standing.check(caller, path);
      this.#parts.limits.take('verify', caller.id);
    } catch (error) {
      publish(error, path, caller);
      throw error;
    }
  }

  /**
   * Whether a stream that was let in may stay open, whoever speaks on it: some wait for days without a word.
   * @throws HubError CALLER_UNIDENTIFIED, CERTIFICATE_REVOKED, MEMBERSHIP_STATE_INVALID
   */
  readmit(call: object, path: string): void {
    const caller = callerOf(call);
    try {
      requireNotOver(caller, this.#parts.now());
      this.#parts.standing.check(caller, path);
    } catch (error) {
      publish(error, path, caller);
      throw error;
    }
  }

  /** Counts a question about an identity document. @throws HubError RATE_LIMIT_EXCEEDED */
  admitIdentityQuery(call: object): void {
    const caller = callerOf(call);
    try {
      this.#parts.limits.take('identityQuery', caller.id);
    } catch (error) {
      publish(error, 'identity_document', caller);
      throw error;
    }
  }
}

function publish(error: unknown, path: string, caller: Caller | undefined): void {
  if (!(error instanceof HubError) || !refused.hasSubscribers) return;
  refused.publish({ code: error.code, path, ...(caller === undefined ? { why: error.message } : { id: caller.id }) } satisfies RefusedCaller);
}
