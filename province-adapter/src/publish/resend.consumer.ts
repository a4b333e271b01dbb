import { attestationSubject, resendSubject, v1 } from '@health-code/messages';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { AdapterError } from '../errors.js';
import type { OutboxEntry } from '../outbox/outbox-entry.js';
import { answerQuestions, type AnsweringSubscription } from '../platform/answering-subscription.js';
import type { Logger } from '../platform/logger.js';
import { PUBLISH_WINDOW } from './outbox.publisher.js';

const MAX_RANGES = 100;
const MAX_NUMBERS = 10_000;
const ACK_TIMEOUT_MS = 3000;

/** What a resend responder is made of. */
export interface ResendOptions {
  readonly nats: Pick<NatsConnection, 'subscribe'>;
  readonly jetstream: Pick<JetStreamClient, 'publish'>;
  readonly outbox: { readRange(first: number, last: number, limit: number): Promise<readonly OutboxEntry[]> };
  /** GB/T 2260 code. */
  readonly issuer: string;
  /** An attestation under a key in use: one whose key was given up, and may have been revoked, is signed anew. */
  readonly vouch: (token: string) => Promise<string>;
  /** A text that was never used before, for message ids. */
  readonly unique: () => string;
  readonly log: Logger;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The ranges of a request.
 *
 * @throws AdapterError CALL_INVALID for none, too many, an empty one or 0
 */
export function parseResendRequest(bytes: Uint8Array): readonly Range[] {
  let request: v1.ResendRequest;
  try {
    request = v1.ResendRequest.decode(bytes);
  } catch (cause) {
    throw new AdapterError('CALL_INVALID', 'not a ResendRequest', { cause });
  }
  const ranges = request.ranges.map(({ first, last }) => ({ first: first ?? 0, last: last ?? 0 }));
  const isOrdered = ranges.every(({ first, last }) => Number.isSafeInteger(last) && first >= 1 && first <= last);
  if (ranges.length === 0 || ranges.length > MAX_RANGES || !isOrdered) throw new AdapterError('CALL_INVALID', 'no ranges to resend');
  const numbers = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (numbers > MAX_NUMBERS) throw new AdapterError('CALL_INVALID', 'more than 10000 numbers to resend');
  return ranges;
}

/** Publishes a range again. A new message id each time: within its window the broker would swallow the old one. */
async function resendRange(range: Range, options: ResendOptions): Promise<number> {
  const { outbox, jetstream, issuer, unique, vouch } = options;
  let published = 0;
  let first = range.first;
  for (;;) {
    const entries = await outbox.readRange(first, range.last, PUBLISH_WINDOW);
    const last = entries.at(-1);
    if (last === undefined) return published;
    await Promise.all(
      entries.map(async ({ sequence, token }) =>
        jetstream.publish(attestationSubject(issuer), await vouch(token), { msgID: `${issuer}-${sequence}-r${unique()}`, timeout: ACK_TIMEOUT_MS }),
      ),
    );
    published += entries.length;
    first = last.sequence + 1;
  }
}

/** Answers the hub's requests to publish sequence numbers again. Numbers never issued are not counted as published. */
export function createResendResponder(options: ResendOptions): AnsweringSubscription {
  const { issuer, log } = options;

  const respond = async (message: Msg): Promise<void> => {
    let published = 0;
    let reply: v1.IResendReply;
    try {
      for (const range of parseResendRequest(message.data)) published += await resendRange(range, options);
      reply = { published };
      log.info({ published }, 'published again what the hub asked for');
    } catch (err) {
      reply = { published, error: { code: err instanceof AdapterError ? err.code : 'ADAPTER_FAILED' } };
      log.warn({ err }, 'could not publish again what the hub asked for');
    }
    message.respond(v1.ResendReply.encode(reply).finish());
  };
  return answerQuestions({ nats: options.nats, subject: resendSubject(issuer), queue: `resend-${issuer}`, respond, log });
}
