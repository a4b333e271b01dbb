import { AttestationError } from '@health-code/attestation';
import { ALL_STATUS_LISTS, statusListSubject, v1 } from '@health-code/messages';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { HubError } from '../errors.js';
import type { Logger } from '../platform/logger.js';
import type { StatusListKeeper } from './keep-status-lists.js';

const ISSUER_OF_SUBJECT = new RegExp(`^${statusListSubject('([0-9]{6})').replaceAll('.', '\\.')}$`);

/** What {@link StatusListConsumer} works with. */
export interface StatusListConsumerParts {
  readonly nats: Pick<NatsConnection, 'subscribe'>;
  readonly keeper: Pick<StatusListKeeper, 'take'>;
  readonly logger: Pick<Logger, 'warn'>;
}

const codeOf = (error: unknown): string => (error instanceof AttestationError || error instanceof HubError ? error.code : 'INTERNAL');

/**
 * Hears every province's status lists, in every replica. Nothing is kept by NATS and nothing acknowledged: a list is a state, and
 * whoever missed a change of it is led on by a later one.
 */
export class StatusListConsumer {
  readonly #parts: StatusListConsumerParts;
  /** The last refusal of each province: a province that repeats itself is no flood of log. */
  readonly #refused = new Map<string, string>();
  #subscription: Subscription | undefined;

  constructor(parts: StatusListConsumerParts) {
    this.#parts = parts;
  }

  /** Begins. */
  start(): void {
    this.#subscription = this.#parts.nats.subscribe(ALL_STATUS_LISTS, {
      callback: (error, message) => {
        if (error === null) void this.hear(message);
      },
    });
  }

  /** Ends. */
  stop(): void {
    this.#subscription?.unsubscribe();
  }

  /** One message. Never rejects: what is wrong with it is logged, once until something else is. */
  async hear({ subject, data }: Pick<Msg, 'subject' | 'data'>): Promise<void> {
    const issuer = ISSUER_OF_SUBJECT.exec(subject)?.[1];
    if (issuer === undefined) return;
    try {
      const { token, changedAtMs } = decode(data);
      await this.#parts.keeper.take(issuer, token, changedAtMs);
      this.#refused.delete(issuer);
    } catch (error) {
      const code = codeOf(error);
      if (this.#refused.get(issuer) === code) return;
      this.#refused.set(issuer, code);
      this.#parts.logger.warn({ issuer, code, err: error }, 'a status list is refused; what is held stays');
    }
  }
}

/** @throws AttestationError STATUS_LIST_INVALID */
function decode(data: Uint8Array): v1.StatusListMessage {
  try {
    return v1.StatusListMessage.decode(data);
  } catch (cause) {
    throw new AttestationError('STATUS_LIST_INVALID', 'no StatusListMessage', { cause });
  }
}
