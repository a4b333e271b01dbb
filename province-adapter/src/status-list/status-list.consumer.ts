import { statusListRequestSubject, v1 } from '@health-code/messages';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { AdapterError } from '../errors.js';
import type { Logger } from '../platform/logger.js';
import type { StatusLists } from './status-lists.js';

/** What answers questions for lists. */
export interface StatusListResponderOptions {
  readonly nats: Pick<NatsConnection, 'subscribe'>;
  readonly lists: Pick<StatusLists, 'uris' | 'findSnapshot'>;
  /** GB/T 2260 code. */
  readonly issuer: string;
  /** @throws AdapterError HUB_UNREACHABLE while the hub does not know the keys: it could not verify a list */
  readonly requireRegistered: () => void;
  readonly log: Logger;
}

/** A running responder. */
export interface StatusListResponder {
  /** Takes requests from another connection from now on; resolves when those of the former one are answered there. */
  moveTo(nats: Pick<NatsConnection, 'subscribe' | 'flush'>): Promise<void>;
  /** Takes no further requests; resolves when those under way are answered. */
  stop(): Promise<void>;
}

/** URI of the list that is asked for; empty for the names of all. @throws AdapterError CALL_INVALID */
function parseRequest(bytes: Uint8Array): string {
  try {
    return v1.StatusListRequest.decode(bytes).uri;
  } catch (cause) {
    throw new AdapterError('CALL_INVALID', 'not a StatusListRequest', { cause });
  }
}

/** Answers the hub's questions for lists that it does not hold, or lost the thread of. */
export function createStatusListResponder(options: StatusListResponderOptions): StatusListResponder {
  const { issuer, lists, log } = options;
  const underWay = new Set<Promise<void>>();

  const answer = async (bytes: Uint8Array): Promise<v1.IStatusListReply> => {
    try {
      const uri = parseRequest(bytes);
      options.requireRegistered();
      return uri === '' ? { uris: [...(await lists.uris())] } : { token: (await lists.findSnapshot(uri)) ?? '' };
    } catch (err) {
      log.warn({ err }, 'could not hand out a status list');
      return { error: { code: err instanceof AdapterError ? err.code : 'ADAPTER_FAILED' } };
    }
  };
  const respond = async (message: Msg): Promise<void> => {
    message.respond(v1.StatusListReply.encode(await answer(message.data)).finish());
  };

  const subscribe = (nats: Pick<NatsConnection, 'subscribe'>): Subscription =>
    nats.subscribe(statusListRequestSubject(issuer), {
      queue: `status-list-${issuer}`,
      callback: (error, message) => {
        if (error !== null) {
          log.error({ err: error }, 'the subscription to questions for status lists failed');
          return;
        }
        const answered = respond(message).finally(() => underWay.delete(answered));
        underWay.add(answered);
      },
    });
  let subscription = subscribe(options.nats);

  const finish = async (ending: Subscription): Promise<void> => {
    await ending.drain();
    await Promise.all(underWay);
  };
  return {
    async moveTo(nats) {
      const former = subscription;
      subscription = subscribe(nats);
      await nats.flush();
      await finish(former);
    },
    stop: () => finish(subscription),
  };
}
