import { statusListRequestSubject, v1 } from '@health-code/messages';
import { NoRespondersError, RequestError, TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { HubError } from '../errors.js';

/** Largest reply taken, in bytes: a whole list of the worst content, and room. */
export const MAX_LIST_REPLY_BYTES = 1_048_576;

/** Asks provinces for their status lists. */
export class StatusListRequests {
  readonly #nats: Pick<NatsConnection, 'request'>;
  readonly #timeoutMs: number;

  constructor(nats: Pick<NatsConnection, 'request'>, timeoutMs: number) {
    this.#nats = nats;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The names of all lists that `issuer` publishes.
   * @throws HubError ADAPTER_UNREACHABLE, ADAPTER_TIMEOUT, ADAPTER_REFUSED, ADAPTER_ANSWER_INVALID
   */
  async names(issuer: string): Promise<readonly string[]> {
    return (await this.#ask(issuer, '')).uris;
  }

  /**
   * A list as a whole, as a token that nobody has verified; `undefined` where the province has none of that name.
   * @throws HubError as {@link names}
   */
  async whole(issuer: string, uri: string): Promise<string | undefined> {
    const { token } = await this.#ask(issuer, uri);
    return token === '' ? undefined : token;
  }

  async #ask(issuer: string, uri: string): Promise<v1.StatusListReply> {
    const reply = decode(await this.#request(statusListRequestSubject(issuer), v1.StatusListRequest.encode({ uri }).finish()));
    if (reply.error) throw new HubError('ADAPTER_REFUSED', 'the province gives no list', { provinceErrorCode: reply.error.code ?? '' });
    return reply;
  }

  async #request(subject: string, payload: Uint8Array): Promise<Uint8Array> {
    try {
      return (await this.#nats.request(subject, payload, { timeout: this.#timeoutMs })).data;
    } catch (cause) {
      const isNobody = cause instanceof NoRespondersError || (cause instanceof RequestError && cause.isNoResponders());
      const isLate = cause instanceof TimeoutError || (cause instanceof Error && cause.cause instanceof TimeoutError);
      throw isLate && !isNobody
        ? new HubError('ADAPTER_TIMEOUT', 'the province did not answer in time', { cause })
        : new HubError('ADAPTER_UNREACHABLE', 'no adapter of the province is listening', { cause });
    }
  }
}

function decode(answer: Uint8Array): v1.StatusListReply {
  if (answer.byteLength > MAX_LIST_REPLY_BYTES) throw new HubError('ADAPTER_ANSWER_INVALID', 'the answer is too large');
  try {
    return v1.StatusListReply.decode(answer);
  } catch (cause) {
    throw new HubError('ADAPTER_ANSWER_INVALID', 'the answer is no StatusListReply', { cause });
  }
}
