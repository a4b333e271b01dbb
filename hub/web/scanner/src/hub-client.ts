import { DEVICE_API, type EnrolmentJson, type EnrolmentRequestJson, type RefusalJson, type ReportJson, type ReportRequestJson, type StateJson, type VerifyJson, type VerifyRequestJson } from '../../shared/device-api.js';
import type { Device } from './device.js';
import { makeDeviceProof } from './device-proof.js';
import { ScannerError } from './scanner-error.js';

/** Milliseconds that a person at the gate waits for the hub before the device answers by itself. */
const ANSWER_WITHIN_MS = 8000;

/** What {@link HubClient} needs of the browser. */
export interface HubClientPorts {
  readonly fetch: typeof fetch;
  /** Of the page. */
  readonly origin: string;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

type Body = EnrolmentRequestJson | VerifyRequestJson | ReportRequestJson;

/** The hub as an enrolled device in a browser meets it. Every method throws a ScannerError: HUB_UNREACHABLE, or the code of the hub's refusal. */
export class HubClient {
  readonly #ports: HubClientPorts;
  /** Seconds by which the hub's clock is ahead. */
  #offset = 0;

  constructor(ports: HubClientPorts) {
    this.#ports = ports;
  }

  /** Redeems a one-time code. */
  enrol(request: EnrolmentRequestJson): Promise<EnrolmentJson> {
    return this.#send<EnrolmentJson>('POST', DEVICE_API.enrolment, request);
  }

  /** 健康码验码. */
  verify(device: Device, request: VerifyRequestJson): Promise<VerifyJson> {
    return this.#ask<VerifyJson>(device, 'POST', DEVICE_API.verify, request);
  }

  /** 离线核验回报. */
  report(device: Device, request: ReportRequestJson): Promise<ReportJson> {
    return this.#ask<ReportJson>(device, 'POST', DEVICE_API.reports, request);
  }

  /** How the hub sees the device. */
  getState(device: Device): Promise<StateJson> {
    return this.#ask<StateJson>(device, 'GET', DEVICE_API.state);
  }

  async #ask<Answer>(device: Device, method: string, path: string, body?: Body): Promise<Answer> {
    try {
      return await this.#send<Answer>(method, path, body, device);
    } catch (error) {
      // A device whose clock is wrong learns the hub's from the refusal, and proves once more.
      if (!(error instanceof ScannerError) || error.code !== 'DEVICE_PROOF_OUT_OF_TIME') throw error;
      return this.#send<Answer>(method, path, body, device);
    }
  }

  async #send<Answer>(method: string, path: string, body?: Body, device?: Device): Promise<Answer> {
    const { origin, now } = this.#ports;
    const proof = device === undefined ? {} : { DPoP: await makeDeviceProof(device, { method, url: origin + path }, now() + this.#offset) };
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { ...proof, 'content-type': 'application/json' } };
    let response: Response;
    let answer: unknown;
    try {
      response = await this.#ports.fetch(origin + path, { method, headers: proof, cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(ANSWER_WITHIN_MS), ...content });
      answer = await response.json();
    } catch (cause) {
      throw new ScannerError('HUB_UNREACHABLE', 'the hub gave no answer', { cause });
    }
    if (response.ok) return answer as Answer;
    throw this.#refusalOf(answer);
  }

  #refusalOf(answer: unknown): ScannerError {
    const { code, message, serverTime } = (answer ?? {}) as Partial<RefusalJson>;
    if (typeof serverTime === 'number') this.#offset = serverTime - this.#ports.now();
    // What stands before the hub answers in words of its own.
    if (typeof code !== 'string' || !/^[A-Z][A-Z0-9_]{2,63}$/.test(code)) return new ScannerError('HUB_UNREACHABLE', 'something else than the hub has answered');
    return new ScannerError(code, typeof message === 'string' ? message : code);
  }
}
