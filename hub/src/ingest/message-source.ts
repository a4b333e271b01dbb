import type { JsMsg } from '@nats-io/jetstream';
import type { IngestMessage } from './check-message.js';
import type { BatchSource } from './ingest-pipeline.js';

/** A message and the way to acknowledge it, with all before it. */
export interface StreamMessage extends IngestMessage {
  acknowledge(): void;
}

/** Messages waiting to be taken; past this, no more are read from the subscription and none are asked for. */
const MAX_WAITING = 1000;

/** Some message was delivered and never arrived: acknowledging a later one would acknowledge it unseen. */
export class DeliveryGap extends Error {
  constructor() {
    super('a delivered message did not arrive');
    this.name = 'DeliveryGap';
  }
}

/** Turns a JetStream consumer's messages into batches, with bounded memory and a check that none was lost on the way. */
export class MessageSource implements BatchSource<StreamMessage> {
  readonly #messages: AsyncIterable<JsMsg>;
  #waiting: JsMsg[] = [];
  #delivered: number;
  #pending: number;
  #ended = false;
  #failure: unknown;
  #waiters: (() => void)[] = [];

  /** `delivered`: the consumer's last delivery sequence; `pending`: messages not yet delivered. Both as the server said before `messages` began. */
  constructor(messages: AsyncIterable<JsMsg>, delivered: number, pending: number) {
    this.#messages = messages;
    this.#delivered = delivered;
    this.#pending = pending;
    void this.#read();
  }

  /** Messages in the stream that have not come here yet. */
  get pending(): number {
    return this.#pending + this.#waiting.length;
  }

  async take(limit: number): Promise<readonly StreamMessage[] | undefined> {
    while (this.#waiting.length === 0 && !this.#ended) await this.#change();
    if (this.#ended) {
      if (this.#failure !== undefined) throw this.#failure;
      return undefined;
    }
    const batch = this.#waiting.slice(0, limit);
    this.#waiting = this.#waiting.slice(limit);
    this.#signal();
    return batch.map((message) => ({
      subject: message.subject,
      payload: message.data,
      streamSequence: message.seq,
      acknowledge: () => {
        message.ack();
      },
    }));
  }

  stop(): void {
    this.#ended = true;
    this.#signal();
  }

  async #read(): Promise<void> {
    try {
      for await (const message of this.#messages) {
        const { deliverySequence, pending } = message.info;
        if (deliverySequence !== this.#delivered + 1) throw new DeliveryGap();
        this.#delivered = deliverySequence;
        this.#pending = pending;
        this.#waiting.push(message);
        this.#signal();
        while (this.#waiting.length >= MAX_WAITING && !this.#ended) await this.#change();
        if (this.#ended) break;
      }
    } catch (error) {
      this.#failure = error;
    }
    this.stop();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #signal(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
