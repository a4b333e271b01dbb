import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Logger } from './logger.js';

/** Questions on one subject, answered one beside the other. */
export interface AnsweringSubscription {
  /** Takes questions from another connection from now on; resolves when those of the former one are answered there. */
  moveTo(nats: Pick<NatsConnection, 'subscribe' | 'flush'>): Promise<void>;
  /** Takes no further questions; resolves when those under way are answered. */
  stop(): Promise<void>;
}

/** Whom what is asked where. */
export interface AnsweringOptions {
  readonly nats: Pick<NatsConnection, 'subscribe'>;
  readonly subject: string;
  /** Of the instances that share it one is asked. */
  readonly queue: string;
  /** Never rejects: what cannot be answered is told in the answer. */
  readonly respond: (message: Msg) => Promise<void>;
  readonly log: Logger;
}

/** Begins to answer. */
export function answerQuestions({ nats, subject, queue, respond, log }: AnsweringOptions): AnsweringSubscription {
  const underWay = new Set<Promise<void>>();
  const subscribe = (connection: Pick<NatsConnection, 'subscribe'>): Subscription =>
    connection.subscribe(subject, {
      queue,
      callback: (error, message) => {
        if (error !== null) {
          log.error({ err: error, subject }, 'a subscription to questions failed');
          return;
        }
        const answered = respond(message).finally(() => underWay.delete(answered));
        underWay.add(answered);
      },
    });
  let subscription = subscribe(nats);

  const finish = async (ending: Subscription): Promise<void> => {
    await ending.drain();
    await Promise.all(underWay);
  };
  return {
    async moveTo(connection) {
      const former = subscription;
      subscription = subscribe(connection);
      // Before the former ends: no question finds nobody.
      await connection.flush();
      await finish(former);
    },
    stop: () => finish(subscription),
  };
}
