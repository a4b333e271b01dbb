import { CANARIES, canaryCode } from '@health-code/messages';
import type { Caller } from '../identity/caller.js';
import { causeOf, type Cause } from './cause.js';
import { isSameVerdict, judgeProbe, parseReportedVerdict, type AskedCanary, type CanaryVerdict } from './judge-probe.js';
import type { PlannedProbe } from './probe-plan.js';

/** What a device is told to ask. */
export interface ProbeTask extends PlannedProbe {
  readonly reference: number;
  readonly code: Uint8Array;
}

/** What a device says it was answered. */
export interface ProbeReport {
  readonly reference: number;
  /** Serialised Verdict, attacker-controlled; empty when the call failed. */
  readonly verdict: Uint8Array;
  /** With an empty verdict: why. */
  readonly errorCode: string;
}

/** How one pair did when it was probed last. */
export interface ProbeResult {
  readonly receiver: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly measuredAt: number;
  /** Absent where the answer was as it must be. */
  readonly cause?: Cause;
  /** What was asked about; forgotten with the process. */
  readonly canary?: AskedCanary;
}

/** Why a report counts for nothing. */
export type RefusedReport = 'REFERENCE_UNKNOWN' | 'REFERENCE_FOREIGN' | 'VERDICT_MALFORMED' | 'VERDICT_NOT_GIVEN' | 'VERDICT_DIFFERS';

/** What {@link Probes} needs. */
export interface ProbesParts {
  readonly record: (result: ProbeResult) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The first reference: another one after every start, so that a report to the process before is no report to this one. */
  readonly firstReference: number;
}

/** Milliseconds a device has for asking and reporting: thrice what the hub waits for a province. */
export const REPORT_TIMEOUT_MS = 10_000;

/** A device that offers itself, as far as it can be spoken to. */
export interface OfferedDevice {
  readonly send: (task: ProbeTask) => void;
  /** Tells it that this hub asks nothing more. */
  readonly end: () => void;
}

interface Device extends OfferedDevice {
  readonly caller: Caller;
  /** Grows with every offer. */
  readonly number: number;
}

interface OpenTask extends ProbeTask {
  readonly device: Caller;
  readonly askedAt: number;
  /** What the hub told this device about this canary, over the device's own connection. */
  given?: CanaryVerdict;
}

const NAME_OF = new Map(CANARIES.map(({ canary, name }) => [canary, name]));

const isSameDevice = (one: Caller, other: Caller): boolean => one.id === other.id && one.fingerprint === other.fingerprint;

/**
 * 探测: tells devices at checkpoints what to ask, and takes what they report. A report counts only where this hub has answered
 * that question over a connection with that device's certificate, and with that verdict: what a device makes up, and what
 * was never asked on the real way, is no measurement.
 */
export class Probes {
  readonly #parts: ProbesParts;
  readonly #devices = new Map<string, Device[]>();
  readonly #open = new Map<number, OpenTask>();
  #reference: number;
  #offers = 0;

  constructor(parts: ProbesParts) {
    this.#parts = parts;
    this.#reference = parts.firstReference;
  }

  /** A device offers itself. @returns what takes it off again */
  offer(caller: Caller, { send, end }: OfferedDevice): () => void {
    const province = caller.province ?? '';
    this.#offers += 1;
    const device: Device = { caller, send, end, number: this.#offers };
    this.#devices.set(province, [...(this.#devices.get(province) ?? []), device]);
    return () => {
      const left = (this.#devices.get(province) ?? []).filter((other) => other !== device);
      if (left.length === 0) this.#devices.delete(province);
      else this.#devices.set(province, left);
    };
  }

  /** Whether a checkpoint of `province` can be asked to ask. */
  hasDevice(province: string): boolean {
    return this.#devices.has(province);
  }

  /** Lets every device go: streams that stay would hold up the end of the hub. */
  dismiss(): void {
    for (const device of [...this.#devices.values()].flat()) device.end();
    this.#devices.clear();
  }

  /**
   * Has a device of the receiver ask, each in turn. False where there is none. One that offered itself twice is told along the
   * stream it opened last: where its connection was cut, the hub may hold the former one for open for a while.
   */
  ask({ receiver, issuer, canary }: PlannedProbe): boolean {
    const [next, ...others] = this.#devices.get(receiver) ?? [];
    const name = NAME_OF.get(canary);
    if (next === undefined || name === undefined) return false;
    this.#devices.set(receiver, [...others, next]);
    const device = others.reduce((last, other) => (isSameDevice(other.caller, next.caller) && other.number > last.number ? other : last), next);
    const task: ProbeTask = { reference: this.#reference, receiver, issuer, canary, code: Buffer.from(canaryCode(issuer, name)) };
    this.#reference += 1;
    this.#open.set(task.reference, { ...task, device: device.caller, askedAt: this.#parts.now() });
    device.send(task);
    return true;
  }

  /** The hub has answered a canary's code that `caller` showed. */
  witness(caller: Caller, code: Uint8Array, verdict: CanaryVerdict): void {
    for (const task of this.#open.values()) {
      if (task.given !== undefined || !isSameDevice(task.device, caller) || Buffer.compare(task.code, code) !== 0) continue;
      task.given = verdict;
      return;
    }
  }

  /** Takes a report. @returns why it counts for nothing, where it does */
  report(caller: Caller, { reference, verdict, errorCode }: ProbeReport): RefusedReport | undefined {
    const task = this.#open.get(reference);
    if (task === undefined) return 'REFERENCE_UNKNOWN';
    if (!isSameDevice(task.device, caller)) return 'REFERENCE_FOREIGN';
    if (verdict.byteLength === 0 && errorCode !== '') {
      this.#close(task, causeOf(errorCode, 'CALL_FAILED'));
      return undefined;
    }
    const reported = parseReportedVerdict(verdict);
    if (reported === undefined) return 'VERDICT_MALFORMED';
    if (task.given === undefined) return 'VERDICT_NOT_GIVEN';
    if (!isSameVerdict(reported, task.given)) return 'VERDICT_DIFFERS';
    this.#close(task, judgeProbe(task.canary, task.issuer, reported));
    return undefined;
  }

  /** Gives up the tasks nobody reported on in time. */
  expire(): void {
    const limit = this.#parts.now() - REPORT_TIMEOUT_MS;
    for (const task of this.#open.values()) {
      // In the order in which they were asked.
      if (task.askedAt > limit) return;
      this.#close(task, 'NO_REPORT');
    }
  }

  #close({ reference, receiver, issuer, canary }: OpenTask, cause: Cause | undefined): void {
    this.#open.delete(reference);
    this.#parts.record({ receiver, issuer, canary, measuredAt: this.#parts.now(), ...(cause === undefined ? {} : { cause }) });
  }
}
