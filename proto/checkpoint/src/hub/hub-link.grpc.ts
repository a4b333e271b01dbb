import { status, type ServiceError } from '@grpc/grpc-js';
import type { v1 } from '@health-code/messages';
import type { Logger } from '../platform/logger.js';
import { Pause } from '../platform/pause.js';
import type { HeldVersion } from '../package/list-changes.js';
import type { DeviceCredentials } from './device-credentials.js';
import { StatusListStream, type Follower } from './follow-status-lists.grpc.js';
import { openHubConnection, type HubConnection, type HubConnectionOptions } from './hub-connection.grpc.js';

/** Milliseconds before the first attempt after a stream that ended, and between two at most; doubled in between. */
const RETRY_MS = { shortest: 200, longest: 5000 } as const;

/** Milliseconds after which a stream counts as one that worked. */
const LASTING_MS = 10_000;

/** What a link is made of. */
export interface HubLinkOptions {
  readonly hub: HubConnectionOptions;
  /** As the files stand now, so that a new certificate needs no restart. @throws CheckpointError CONFIG_INVALID */
  readonly readCredentials: () => DeviceCredentials;
  readonly follower: Omit<Follower, 'connected'>;
  /** Called when the hub answers after it did not. */
  readonly onConnected: () => void;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger;
}

/** The way to the hub: follows the status lists, knows whether the hub is there, and comes back by itself when it was not. */
export class HubLink {
  readonly #options: HubLinkOptions;
  readonly #pause = new Pause();
  #running: Promise<void> = Promise.resolve();
  #connection: HubConnection | undefined;
  #stream: StatusListStream | undefined;
  #isConnected = false;
  #lastConnectedAt: number | undefined;
  #isStopped = false;
  #told = '';

  constructor(options: HubLinkOptions) {
    this.#options = options;
  }

  /** The hub, where it is reachable now. */
  get checkpoint(): v1.Checkpoint | undefined {
    return this.#isConnected ? this.#connection?.checkpoint : undefined;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** When the hub last was reachable, seconds since the epoch; undefined where it never was. */
  get lastConnectedAt(): number | undefined {
    return this.#isConnected ? this.#options.now() : this.#lastConnectedAt;
  }

  /** Follows until stopped. */
  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stream?.cancel();
    this.#pause.end();
    await this.#running;
  }

  /** Tells the hub what is held, where it listens. */
  tell(applied: readonly HeldVersion[]): void {
    if (this.#isConnected) this.#stream?.tell(applied);
  }

  async #run(): Promise<void> {
    let pauseMs: number = RETRY_MS.shortest;
    while (!this.#isStopped) {
      const began = performance.now();
      const failure = await this.#serve();
      const hasLasted = performance.now() - began > LASTING_MS;
      // A hub that takes the connection and refuses the stream is no hub that was back in between.
      if (hasLasted) this.#told = '';
      if (failure !== undefined) this.#tellOnce(failure);
      pauseMs = hasLasted ? RETRY_MS.shortest : Math.min(pauseMs * 2, RETRY_MS.longest);
      // Gates that lost one hub together do not come back all at once.
      await this.#pause.wait(pauseMs * (0.5 + Math.random() / 2));
    }
  }

  /** One connection, from its opening to its end. Never rejects. @returns why it ended, where the hub did not end it */
  async #serve(): Promise<unknown> {
    try {
      const connection = openHubConnection(this.#options.hub, this.#options.readCredentials());
      this.#connection = connection;
      // A hub that has nothing to tell says nothing on the stream: that it is there shows in the connection.
      connection.client.waitForReady(Infinity, (error) => {
        if (error === undefined && this.#connection === connection) this.#reached();
      });
      this.#stream = new StatusListStream(this.#connection.client, { ...this.#options.follower, connected: () => this.#reached() });
      await this.#stream.ended();
      return undefined;
    } catch (error) {
      return error;
    } finally {
      if (this.#isConnected) this.#lastConnectedAt = this.#options.now();
      this.#isConnected = false;
      this.#stream = undefined;
      this.#connection?.close();
      this.#connection = undefined;
    }
  }

  #reached(): void {
    if (this.#isConnected) return;
    this.#isConnected = true;
    this.#options.onConnected();
  }

  /** Once for each reason: a hub that is away for a night is one line. */
  #tellOnce(error: unknown): void {
    if (this.#isStopped) return;
    const { code, details, message } = error as Partial<ServiceError>;
    const reason = typeof code === 'number' ? status[code] : String(code);
    if (reason === this.#told) return;
    this.#told = reason;
    this.#options.log.warn({ code: reason, details: details ?? message }, 'the hub is not followed: what is known ages until it is');
  }
}
