import { channel } from 'node:diagnostics_channel';
import { ACCESS } from '../identity/access.js';
import { callerOf, type Caller } from '../identity/caller.js';
import { REFUSED_CALLERS, type Guard, type RefusedCaller } from '../identity/guard.js';
import { requireInForce, type ParseCertificate } from '../identity/identify-caller.js';
import { HubError } from '../errors.js';
import type { DeviceProofs, ProvenRequest } from './device-proof.js';
import type { UsedProofs } from './used-proofs.js';

const refused = channel(REFUSED_CALLERS);

/** One request of a device, once it is let in: what handlers of the same call over gRPC are given. */
export class DeviceCall {
  /** The caller does not say how long it waits. */
  getDeadline(): number {
    return Infinity;
  }

  /** Who makes it. */
  get caller(): Caller {
    return callerOf(this);
  }
}

/** What {@link DeviceCalls} asks. */
export interface DeviceCallsParts {
  readonly proofs: Pick<DeviceProofs, 'verify'>;
  readonly parse: ParseCertificate;
  readonly guard: Pick<Guard, 'admit'>;
  readonly used: UsedProofs;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Lets devices in that cannot show a certificate on their connection. Who may do what, how often, and in which state of its province is
 * decided by the guard of the gRPC port, by the row of the method that a request stands for: nothing is weaker here.
 */
export class DeviceCalls {
  readonly #parts: DeviceCallsParts;

  constructor(parts: DeviceCallsParts) {
    this.#parts = parts;
  }

  /**
   * @param proof header `DPoP`
   * @param path of the gRPC method, such as `/healthcode.v1.Checkpoint/VerifyCode`
   * @throws HubError DEVICE_PROOF_MISSING, DEVICE_PROOF_INVALID, DEVICE_PROOF_OUT_OF_TIME, DEVICE_PROOF_REPLAYED, CALLER_UNIDENTIFIED,
   *   CALLER_NOT_ALLOWED, CERTIFICATE_REVOKED, MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED
   */
  async admit(proof: string | undefined, request: ProvenRequest, path: string): Promise<DeviceCall> {
    const { parse, guard, now } = this.#parts;
    const rule = ACCESS.get(path);
    if (rule === undefined) throw new HubError('INTERNAL', `${path} has no row in the allow-list`);
    const outcome = await this.#verify(proof, request).catch((error: unknown) => ({ error }));
    const call = new DeviceCall();
    // One turn from here on. The guard is told of failures too, so that they stand in the log as those of connections do.
    const identify = (): Caller => {
      if ('error' in outcome) throw outcome.error;
      return requireInForce(parse(outcome.certificate), now());
    };
    guard.admit(call, identify, path, rule, 1);
    if (!('error' in outcome)) this.#use(call.caller, outcome.id, path);
    return call;
  }

  #use(caller: Caller, id: string, path: string): void {
    try {
      this.#parts.used.use(caller.fingerprint, id, Math.floor(this.#parts.now() / 1000));
    } catch (error) {
      // A stolen proof shows itself here, as a stolen certificate does at the guard.
      if (error instanceof HubError) refused.publish({ code: error.code, path, id: caller.id } satisfies RefusedCaller);
      throw error;
    }
  }

  async #verify(proof: string | undefined, request: ProvenRequest) {
    if (proof === undefined || proof === '') throw new HubError('DEVICE_PROOF_MISSING', 'the request has no header DPoP');
    return this.#parts.proofs.verify(proof, request, Math.floor(this.#parts.now() / 1000));
  }
}
