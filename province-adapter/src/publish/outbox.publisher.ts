import { createHash } from 'node:crypto';
import { attestationSubject, CHANGED_AT_HEADER } from '@health-code/messages';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { UnpublishedEntry } from '../outbox/outbox-entry.js';
import type { Logger } from '../platform/logger.js';
import { createWakeUp, type WakeUp } from '../platform/wake-up.js';

/** Messages sent before the broker's acknowledgements are waited for. */
export const PUBLISH_WINDOW = 256;

const ACK_TIMEOUT_MS = 3000;
/** Another instance may have appended; this one notices at the latest after so long. */
const IDLE_MS = 1000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** The outbox as publishing needs it. */
export interface PublisherOutbox {
  readUnpublished(limit: number): Promise<readonly UnpublishedEntry[]>;
  markPublished(sequences: readonly number[]): Promise<void>;
}

/** What a publisher is made of. */
export interface OutboxPublisherOptions {
  readonly outbox: PublisherOutbox;
  readonly jetstream: Pick<JetStreamClient, 'publish'>;
  /** GB/T 2260 code; part of the subject. */
  readonly issuer: string;
  readonly log: Logger;
  /** False while another instance of this adapter publishes. */
  readonly isLeading: () => boolean;
}

/**
 * The id by which the broker knows a message that is sent twice. All provinces share the broker's window of ids: an id that
 * could be guessed would let one of them use it first, and the broker would acknowledge this message and drop it. The
 * token's signature cannot be guessed.
 */
const messageId = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** From this the hub knows how long a change takes to every checkpoint; what is sent again because it was asked for has none. */
function changedAtHeader(changedAt: number): MsgHdrs {
  const stated = headers();
  stated.set(CHANGED_AT_HEADER, String(changedAt));
  return stated;
}

/**
 * Sends what the outbox holds, in order, and marks what the broker acknowledged. Whoever crashes in between: the same
 * message goes out again under the same id, and the broker or the hub knows it.
 */
export class OutboxPublisher {
  readonly #wakeUp: WakeUp = createWakeUp();
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: OutboxPublisherOptions) {}

  /** There is something to publish. */
  notify(): void {
    this.#wakeUp.wake();
  }

  /** Publishes until stopped. */
  start(): void {
    this.#running = this.#run();
  }

  /** Lets the window under way end, sends once more what is waiting, and stops. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.wake();
    await this.#running;
    await this.#publishAll().catch((err: unknown) => {
      this.options.log.warn({ err }, 'stopped with attestations unpublished: they go out at the next start');
    });
  }

  /**
   * One window. What was acknowledged is marked even when the rest failed.
   *
   * @returns how many were acknowledged; 0 when nothing waits
   * @throws the first failure of the window
   */
  async publishWindow(): Promise<number> {
    const { outbox, jetstream, issuer } = this.options;
    const entries = await outbox.readUnpublished(PUBLISH_WINDOW);
    if (entries.length === 0) return 0;
    const subject = attestationSubject(issuer);
    const outcomes = await Promise.allSettled(
      entries.map(({ token, changedAt }) => jetstream.publish(subject, token, { msgID: messageId(token), timeout: ACK_TIMEOUT_MS, headers: changedAtHeader(changedAt) })),
    );
    const acknowledged = entries.filter((_entry, index) => outcomes[index]?.status === 'fulfilled').map(({ sequence }) => sequence);
    if (acknowledged.length > 0) await outbox.markPublished(acknowledged);
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    return acknowledged.length;
  }

  async #publishAll(): Promise<void> {
    while (this.options.isLeading() && (await this.publishWindow()) > 0);
  }

  async #run(): Promise<void> {
    let pauseMs = SHORTEST_PAUSE_MS;
    while (!this.#stopped) {
      try {
        await this.#publishAll();
        pauseMs = SHORTEST_PAUSE_MS;
        await this.#wakeUp.wait(IDLE_MS);
      } catch (err) {
        this.options.log.warn({ err, retryInMs: pauseMs }, 'attestations wait in the outbox: NATS or the database is away');
        // Not woken by new entries: they would turn a broken broker into a busy loop.
        await this.#wakeUp.pause(pauseMs, () => this.#stopped);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }
}
