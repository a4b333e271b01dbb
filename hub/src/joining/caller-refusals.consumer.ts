import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { parseSpiffeId } from '@health-code/messages';
import { REFUSED_CALLERS, type RefusedCaller } from '../identity/guard.js';
import type { Logger } from '../platform/logger.js';
import type { NewMembershipEvent } from './membership-events.js';

/** What shows that a certificate is in other hands, or is used for what it is not for. Limits and clocks are everyday. */
const TELLING: ReadonlySet<string> = new Set(['CALLER_NOT_ALLOWED', 'CALLER_PROVINCE_MISMATCH', 'CERTIFICATE_REVOKED', 'DEVICE_PROOF_REPLAYED']);

/** Milliseconds for which one caller's refusal with one code is written down once. As long as what the log's bound is counted over: whoever knocks on leaves room there for others. */
const QUIET_MS = 3_600_000;

/** Callers that are remembered as heard; beyond, the memory begins anew. */
const MAX_HEARD = 10_000;

/** What {@link CallerRefusals} needs. */
export interface CallerRefusalsParts {
  readonly recordRefusal: (event: NewMembershipEvent) => Promise<void>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly trustDomain: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Writes down which certificates of members were shown for what they are not good for. */
export class CallerRefusals {
  readonly #parts: CallerRefusalsParts;
  readonly #heard = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();
  readonly #hear = (message: unknown): void => { this.hear(message as RefusedCaller); };

  constructor(parts: CallerRefusalsParts) {
    this.#parts = parts;
  }

  start(): void {
    subscribe(REFUSED_CALLERS, this.#hear);
  }

  /** Ends once what was heard is written. */
  async stop(): Promise<void> {
    unsubscribe(REFUSED_CALLERS, this.#hear);
    await this.#writing;
  }

  /** Never throws and never waits: it is called in the turn of the refused call. */
  hear({ code, path, id }: RefusedCaller): void {
    const { now, trustDomain } = this.#parts;
    const peer = id === undefined ? undefined : parseSpiffeId(id, trustDomain);
    if (id === undefined || peer === undefined || !('province' in peer) || !TELLING.has(code)) return;
    const key = `${id} ${code}`;
    const at = now();
    if (at - (this.#heard.get(key) ?? -Infinity) < QUIET_MS) return;
    if (this.#heard.size >= MAX_HEARD) this.#heard.clear();
    this.#heard.set(key, at);
    this.#writing = this.#writing.then(() => this.#write({ province: peer.province, name: 'caller.refused', actor: id, detail: `${code}: ${path}` }));
  }

  async #write(event: NewMembershipEvent): Promise<void> {
    try {
      await this.#parts.recordRefusal(event);
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'a refused caller could not be written down');
    }
  }
}
