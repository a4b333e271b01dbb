import { HubError } from '../errors.js';

/** Seconds for which a proof is remembered: as long as it could be shown again, on either side of the clock. */
const KEPT_SECONDS = 2 * 60 + 1;

/** Seconds from one look for devices that have been quiet to the next. */
const SWEEP_SECONDS = 60;

/** Proofs of one device that are remembered at once: 160 a second, which no person scans. */
const MOST_OF_ONE = 20_000;

/** When each proof of one device can be forgotten, in the order they came. */
type Used = Map<string, number>;

/**
 * Which proofs were used (RFC 9449 11.1). In the memory of this process: a proof is good for a minute, and replicas behind one address
 * would each take it once.
 */
export class UsedProofs {
  readonly #devices = new Map<string, Used>();
  #sweptAt = 0;

  /**
   * Takes note of a proof of `device` at `now` (seconds since the epoch).
   * @throws HubError DEVICE_PROOF_REPLAYED; RATE_LIMIT_EXCEEDED where a device has used so many that one could not be told from a new one
   */
  use(device: string, id: string, now: number): void {
    this.#sweep(now);
    const used = this.#devices.get(device) ?? new Map<string, number>();
    for (const [old, until] of used) {
      if (until > now) break;
      used.delete(old);
    }
    if (used.has(id)) throw new HubError('DEVICE_PROOF_REPLAYED', 'the proof was used before');
    if (used.size >= MOST_OF_ONE) throw new HubError('RATE_LIMIT_EXCEEDED', 'more proofs than are remembered of one device', { retryAfterMs: 1000 });
    used.set(id, now + KEPT_SECONDS);
    this.#devices.set(device, used);
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_SECONDS) return;
    this.#sweptAt = now;
    for (const [device, used] of this.#devices) {
      const last = [...used.values()].at(-1) ?? 0;
      if (last <= now) this.#devices.delete(device);
    }
  }

  /** Devices that are remembered. */
  get size(): number {
    return this.#devices.size;
  }
}
