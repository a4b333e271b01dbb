import { CHANGED_AT_HEADER } from '@health-code/messages';
import type { IngestMessage } from './check-message.js';
import type { BatchSource } from './ingest-pipeline.js';

/** A message and the way to acknowledge it, with all before it. */
export interface StreamMessage extends IngestMessage {
  /** When its province made the change, by its own clock, milliseconds since the epoch; 0 where it was published before, or does not say. */
  readonly changedAt: number;
  acknowledge(): void;
}

/** A message as JetStream's client hands it over. */
export interface DeliveredMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Stream sequence. */
  readonly seq: number;
  readonly info: { readonly deliverySequence: number; readonly pending: number };
  readonly headers?: { get(name: string): string } | undefined;
  ack(): void;
}

/** Some message was delivered and never arrived: acknowledging a later one would acknowledge it unseen. */
export class DeliveryGap extends Error {
  constructor() {
    super('a delivered message did not arrive');
    this.name = 'DeliveryGap';
  }
}

/** Reads the delivery's numbers, which JetStream writes into the reply subject, only where they are needed. */
class Delivered implements StreamMessage {
  readonly #message: DeliveredMessage;

  constructor(message: DeliveredMessage) {
    this.#message = message;
  }

  get subject(): string {
    return this.#message.subject;
  }

  get payload(): Uint8Array {
    return this.#message.data;
  }

  get streamSequence(): number {
    return this.#message.seq;
  }

  get changedAt(): number {
    const stated = this.#message.headers?.get(CHANGED_AT_HEADER) ?? '';
    return /^[0-9]{1,15}$/.test(stated) ? Number(stated) : 0;
  }

  acknowledge(): void {
    this.#message.ack();
  }
}

/**
 * Turns a JetStream consumer's messages into batches, with a check that none was lost on the way. Memory is bounded by
 * the consumer: the server delivers no more than `max_ack_pending` messages that are not acknowledged.
 */
export class MessageSource implements BatchSource<StreamMessage> {
  #waiting: DeliveredMessage[] = [];
  #delivered: number;
  #pending: number;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** `delivered`: the consumer's last delivery sequence; `pending`: messages not yet delivered. Both as the server said before the first {@link push}. */
  constructor(delivered: number, pending: number) {
    this.#delivered = delivered;
    this.#pending = pending;
  }

  /** Messages in the stream that have not been taken yet. */
  get pending(): number {
    return (this.#waiting.at(-1)?.info.pending ?? this.#pending) + this.#waiting.length;
  }

  /** Takes a message as it is delivered. */
  push(message: DeliveredMessage): void {
    this.#waiting.push(message);
    this.#wake?.();
  }

  /** @throws DeliveryGap, or what {@link stop} was given */
  async take(limit: number): Promise<readonly StreamMessage[] | undefined> {
    while (this.#waiting.length === 0 && !this.#ended) await this.#change();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#ended) return undefined;
    const batch = this.#waiting.splice(0, limit);
    const last = batch.at(-1)?.info;
    if (last?.deliverySequence !== this.#delivered + batch.length) throw new DeliveryGap();
    this.#delivered = last.deliverySequence;
    this.#pending = last.pending;
    return batch.map((message) => new Delivered(message));
  }

  /** Ends the source; with a `failure`, as that failure. */
  stop(failure?: Error): void {
    this.#ended = true;
    this.#failure ??= failure;
    this.#wake?.();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
