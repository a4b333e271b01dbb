import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { settleWithin } from './settle-within.js';

/** For the broker's last acknowledgements on a connection that is given up. */
const DRAIN_TIMEOUT_MS = 5000;

/** Whoever listens on the connection: takes up its subscriptions on another one, then ends them here. */
export type Listener = (nats: NatsConnection) => Promise<void>;

/** The connection to NATS, whichever it is now: another one takes its place without anything between the two. */
export class NatsLine {
  #nats: NatsConnection;
  #jetstream: JetStreamClient;
  readonly #publishing = new Set<Promise<unknown>>();
  readonly #former = new Set<Promise<void>>();

  constructor(nats: NatsConnection) {
    this.#nats = nats;
    this.#jetstream = jetstream(nats);
  }

  /** Ask each time. */
  get connection(): NatsConnection {
    return this.#nats;
  }

  /** Publishes on the connection of the moment; one that is given up waits for its acknowledgements. */
  readonly publish: JetStreamClient['publish'] = async (...message) => {
    const acknowledged = this.#jetstream.publish(...message);
    this.#publishing.add(acknowledged);
    try {
      return await acknowledged;
    } finally {
      this.#publishing.delete(acknowledged);
    }
  };

  /** Goes on by `nats`: what listens moves first, what is under way ends where it began. */
  async moveTo(nats: NatsConnection, listeners: readonly Listener[]): Promise<void> {
    const former = this.#nats;
    this.#nats = nats;
    this.#jetstream = jetstream(nats);
    const underWay = [...this.#publishing];
    const ended = this.#end(former, [...listeners.map((move) => move(nats)), ...underWay]).finally(() => this.#former.delete(ended));
    this.#former.add(ended);
    await ended;
  }

  /** Closes the connection, and waits for those that are still being given up. */
  async close(): Promise<void> {
    await settleWithin(Promise.all([...this.#former, this.#nats.drain()]), DRAIN_TIMEOUT_MS);
  }

  async #end(former: NatsConnection, lastWords: readonly Promise<unknown>[]): Promise<void> {
    await settleWithin(Promise.allSettled(lastWords), DRAIN_TIMEOUT_MS);
    await settleWithin(former.drain(), DRAIN_TIMEOUT_MS);
    if (!former.isClosed()) await former.close();
  }
}
