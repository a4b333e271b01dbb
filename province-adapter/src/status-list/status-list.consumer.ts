import { statusListRequestSubject, v1 } from '@health-code/messages';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { AdapterError } from '../errors.js';
import { answerQuestions, type AnsweringSubscription } from '../platform/answering-subscription.js';
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

/** URI of the list that is asked for; empty for the names of all. @throws AdapterError CALL_INVALID */
function parseRequest(bytes: Uint8Array): string {
  try {
    return v1.StatusListRequest.decode(bytes).uri;
  } catch (cause) {
    throw new AdapterError('CALL_INVALID', 'not a StatusListRequest', { cause });
  }
}

/** Answers the hub's questions for lists that it does not hold, or lost the thread of. */
export function createStatusListResponder(options: StatusListResponderOptions): AnsweringSubscription {
  const { issuer, lists, log } = options;

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
  return answerQuestions({ nats: options.nats, subject: statusListRequestSubject(issuer), queue: `status-list-${issuer}`, respond, log });
}
