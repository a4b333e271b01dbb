import { resendSubject, v1 } from '@health-code/messages';
import { NoRespondersError, RequestError, TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { HubError } from '../errors.js';
import type { SequenceRange } from './sequence-tracker.js';

/** Asks provinces to publish sequence numbers again. */
export class ResendPublisher {
  readonly #nats: NatsConnection;
  readonly #timeoutMs: number;

  constructor(nats: NatsConnection, timeoutMs: number) {
    this.#nats = nats;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * How many attestations `issuer` says it has published again.
   * @throws HubError ADAPTER_UNREACHABLE, ADAPTER_TIMEOUT, ADAPTER_REFUSED, ADAPTER_ANSWER_INVALID
   */
  async request(issuer: string, ranges: readonly SequenceRange[]): Promise<number> {
    const request = v1.ResendRequest.encode({ ranges: [...ranges] }).finish();
    const reply = await this.#ask(issuer, request);
    if (reply.error) {
      throw new HubError('ADAPTER_REFUSED', 'the province did not publish again', { provinceErrorCode: reply.error.code ?? '' });
    }
    return reply.published;
  }

  async #ask(issuer: string, request: Uint8Array): Promise<v1.ResendReply> {
    let answer: Uint8Array;
    try {
      ({ data: answer } = await this.#nats.request(resendSubject(issuer), request, { timeout: this.#timeoutMs }));
    } catch (cause) {
      const isNobody = cause instanceof NoRespondersError || (cause instanceof RequestError && cause.isNoResponders());
      const isLate = cause instanceof TimeoutError || (cause instanceof Error && cause.cause instanceof TimeoutError);
      throw isLate && !isNobody
        ? new HubError('ADAPTER_TIMEOUT', 'the province did not answer in time', { cause })
        : new HubError('ADAPTER_UNREACHABLE', 'no adapter of the province is listening', { cause });
    }
    try {
      return v1.ResendReply.decode(answer);
    } catch (cause) {
      throw new HubError('ADAPTER_ANSWER_INVALID', 'the answer is no ResendReply', { cause });
    }
  }
}
