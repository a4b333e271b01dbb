import { PROTOCOL_VERSIONS, type v1 } from '@health-code/messages';
import { AdapterError } from '../errors.js';
import type { Logger } from '../platform/logger.js';
import { createWakeUp } from '../platform/wake-up.js';
import type { HubClient } from './hub-client.grpc.js';

/** Offset of the clocks from which on it is shouted about; attestations are refused from 120 s on. */
export const CLOCK_OFFSET_WARNING_SECONDS = 60;

const SHORTEST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

/** What membership is made of. */
export interface MembershipOptions {
  readonly hub: Pick<HubClient, 'register' | 'heartbeat'>;
  /** States again by {@link Membership.register} what was stated last. @throws as it does */
  readonly restate: () => Promise<void>;
  readonly readLastSequence: () => Promise<number>;
  readonly isLocalSystemReachable: () => Promise<boolean>;
  /** Whether changes of the local system come by themselves and none is known to wait. */
  readonly isLocalSystemFollowed: () => boolean;
  readonly intervalMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger;
}

/** Whether the hub knows this adapter, and how far it has come with it. */
export interface MembershipState {
  readonly isRegistered: boolean;
  /** The version of the protocol that hub and adapter speak; undefined before the first registration. */
  readonly protocolVersion?: number;
  /** Seconds by which this clock is ahead of the hub's; undefined before the first heartbeat. */
  readonly clockOffsetSeconds?: number;
  /** The last sequence number the hub holds without a gap before it. */
  readonly contiguousSequence?: number;
  readonly isLocalSystemReachable?: boolean;
  readonly isLocalSystemFollowed?: boolean;
}

/** Registers, then keeps the heartbeat going; registers again whenever the hub no longer knows this adapter. */
export class Membership {
  readonly #wakeUp = createWakeUp();
  #state: MembershipState = { isRegistered: false };
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #resolveRegistered: () => void = () => undefined;
  /** Resolves at the first registration. */
  readonly registered = new Promise<void>((resolve) => {
    this.#resolveRegistered = resolve;
  });

  constructor(private readonly options: MembershipOptions) {}

  get state(): MembershipState {
    return this.#state;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let retryMs = SHORTEST_RETRY_MS;
    while (!this.#stopped) {
      try {
        if (!this.#state.isRegistered) await this.options.restate();
        await this.#beat();
        retryMs = SHORTEST_RETRY_MS;
        await this.#wakeUp.wait(this.options.intervalMs);
      } catch (err) {
        const isRefused = err instanceof AdapterError;
        if (isRefused) this.#state = { ...this.#state, isRegistered: false };
        this.options.log[isRefused ? 'error' : 'warn']({ err, retryInMs: retryMs }, isRefused ? 'the hub does not know this adapter' : 'no heartbeat: the hub or the database is away');
        await this.#wakeUp.wait(retryMs);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  }

  /**
   * States something else than before, at once.
   *
   * @throws AdapterError REGISTRATION_REFUSED, and what was stated before still holds; anything else may pass
   */
  async register(request: v1.IRegisterRequest): Promise<void> {
    const { contiguousSequence, protocolVersion, hubProtocolVersions } = await this.options.hub.register(request);
    this.#state = { ...this.#state, isRegistered: true, contiguousSequence, protocolVersion };
    this.options.log.info({ contiguousSequence, protocolVersion, ownProtocolVersions: PROTOCOL_VERSIONS, hubProtocolVersions }, 'registered at the hub');
    this.#resolveRegistered();
  }

  async #beat(): Promise<void> {
    const { hub, readLastSequence, now, log } = this.options;
    // Before the number: what was taken in by now is counted in it.
    const isLocalSystemFollowed = this.options.isLocalSystemFollowed();
    const [lastSequence, isLocalSystemReachable] = await Promise.all([readLastSequence(), this.options.isLocalSystemReachable()]);
    const sentAt = now();
    const { contiguousSequence, hubTimeMs } = await hub.heartbeat(
      lastSequence,
      { isReachable: isLocalSystemReachable, isFollowed: isLocalSystemFollowed },
      Math.floor(sentAt / 1000),
    );
    // Half of the way there and back belongs to each direction.
    const offset = hubTimeMs === undefined ? {} : { clockOffsetSeconds: Math.round(((sentAt + now()) / 2 - hubTimeMs) / 1000) };
    this.#state = { ...this.#state, isRegistered: true, contiguousSequence, isLocalSystemReachable, isLocalSystemFollowed, ...offset };
    if (Math.abs(offset.clockOffsetSeconds ?? 0) > CLOCK_OFFSET_WARNING_SECONDS) {
      log.warn(offset, 'this clock and the hub’s differ: attestations will be refused as issued in the future');
    }
  }
}
