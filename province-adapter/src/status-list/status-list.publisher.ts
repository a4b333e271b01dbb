import { statusListSubject, v1 } from '@health-code/messages';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../platform/logger.js';
import { createWakeUp, type WakeUp } from '../platform/wake-up.js';
import type { ListToken, StatusLists } from './status-lists.js';

/** Between two signings anew, in milliseconds. */
export const SIGNING_INTERVAL_MS = 60_000;

/** Another instance may have changed something; this one notices at the latest after so long. */
const IDLE_MS = 1000;
const TAKEN_WITHIN_MS = 3000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** What a publisher of lists is made of. */
export interface StatusListPublisherOptions {
  readonly lists: Pick<StatusLists, 'look' | 'signAnew' | 'publish'>;
  /** The connection of the moment. */
  readonly nats: () => Pick<NatsConnection, 'publish' | 'flush'>;
  /** GB/T 2260 code; part of the subject. */
  readonly issuer: string;
  readonly log: Logger;
  /** False while another instance publishes, or the hub does not know the keys yet. */
  readonly isLeading: () => boolean;
  /** {@link SIGNING_INTERVAL_MS} when absent. */
  readonly intervalMs?: number;
}

/**
 * Tells the hub of every change of the lists at once, and signs all of them anew every minute. Nobody acknowledges: what the broker
 * took and the hub did not get follows from the next delta, the next signing, or the hub's question.
 */
export class StatusListPublisher {
  readonly #wakeUp: WakeUp = createWakeUp();
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #signedAt = Number.NEGATIVE_INFINITY;
  /** The broker did not answer the last time: what is published to it meanwhile would pile up in this process. */
  #isAway = false;

  constructor(private readonly options: StatusListPublisherOptions) {}

  /** Something changed, or is signed with another key from now on. */
  notify(): void {
    this.#wakeUp.wake();
  }

  /** Publishes until stopped. */
  start(): void {
    this.#running = this.#run();
  }

  /** Tells what changed until now, and stops. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.wake();
    await this.#running;
    await this.publishChanges().catch((err: unknown) => {
      this.options.log.warn({ err }, 'stopped with a change of a status list unpublished: it goes out at the next start');
    });
  }

  /** One look, and everything that it shows. @throws what keeps the rest from being published */
  async publishChanges(): Promise<void> {
    const { lists, isLeading, intervalMs = SIGNING_INTERVAL_MS } = this.options;
    if (!isLeading()) return;
    const isDue = performance.now() - this.#signedAt >= intervalMs;
    if (isDue) await lists.signAnew();
    else await lists.look();
    await lists.publish((tokens) => this.#send(tokens), isDue);
    if (isDue) this.#signedAt = performance.now();
  }

  /** On its way when the broker has answered after it. */
  async #send(tokens: readonly ListToken[]): Promise<void> {
    const { nats, issuer } = this.options;
    const connection = nats();
    if (this.#isAway) await within(connection.flush(), TAKEN_WITHIN_MS);
    this.#isAway = true;
    for (const { token, changedAt } of tokens) connection.publish(statusListSubject(issuer), v1.StatusListMessage.encode({ token, changedAtMs: changedAt }).finish());
    await within(connection.flush(), TAKEN_WITHIN_MS);
    this.#isAway = false;
  }

  async #run(): Promise<void> {
    let pauseMs = SHORTEST_PAUSE_MS;
    while (!this.#stopped) {
      try {
        await this.publishChanges();
        pauseMs = SHORTEST_PAUSE_MS;
        await this.#wakeUp.wait(IDLE_MS);
      } catch (err) {
        this.options.log.warn({ err, retryInMs: pauseMs }, 'changes of status lists wait: NATS or the database is away');
        await this.#wakeUp.pause(pauseMs, () => this.#stopped);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the broker does not answer')), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
