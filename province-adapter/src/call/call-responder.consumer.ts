import { sealWithSecret, type ProvinceCode, type SealedKey } from '@health-code/attestation';
import { callSubject, v1 } from '@health-code/messages';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { AdapterError, ExpectedRefusal } from '../errors.js';
import { answerCall, causeOf, refusal, refusalCode } from './answer-call.js';
import type { CallHandlers, Operation } from './call-handlers.js';
import { admitCall, openCall } from './open-call.js';
import { ReplayWindow } from './replay-window.js';

/** Calls under way at once before further ones are refused unopened; the local system behind is the slow part. */
export const MAX_CALLS_IN_FLIGHT = 64;

const BUSY = new AdapterError('ADAPTER_BUSY', 'too many calls are under way');

/** Reply keys remembered, some 16 MB: about 2,000 calls a second for the longest time a key must be kept. */
const REPLAY_CAPACITY = 131_072;

/** Where the responder says what it refused; satisfied by a pino logger. It is handed codes and durations, nothing else. */
export interface CallLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a responder is made of. */
export interface CallResponderOptions {
  readonly province: ProvinceCode;
  readonly nats: Pick<NatsConnection, 'subscribe'>;
  /** The province's private encryption keys of the moment, newest first; former ones for as long as the hub may still seal to them. */
  readonly keys: () => readonly SealedKey[];
  readonly handlers: CallHandlers;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: CallLog;
  /** {@link MAX_CALLS_IN_FLIGHT} when absent. */
  readonly maxInFlight?: number;
}

/** A running responder. */
export interface CallResponder {
  /**
   * Takes calls from another connection from now on; resolves when every call that came by the former one is answered there: a
   * broker lets an answer pass only where its question went.
   */
  moveTo(nats: Pick<NatsConnection, 'subscribe' | 'flush'>): Promise<void>;
  /** Takes no further calls; resolves when every call under way is answered. */
  stop(): Promise<void>;
}

/**
 * 应答省际调用: opens the hub's sealed calls, hands each to its operation, and seals the answer with the key the call
 * brought. Instances of one adapter share the calls through a queue group.
 */
export function createCallResponder(options: CallResponderOptions): CallResponder {
  const { province, handlers, log, now } = options;
  const maxInFlight = options.maxInFlight ?? MAX_CALLS_IN_FLIGHT;
  const replays = new ReplayWindow(REPLAY_CAPACITY);
  const inFlight = new Set<Promise<void>>();

  const respond = async (message: Msg): Promise<void> => {
    let opened;
    try {
      opened = await openCall(message.data, options.keys());
    } catch (error) {
      log.warn({ code: refusalCode(error), bytes: message.data.byteLength }, 'refused a call that does not open');
      message.respond(v1.SealedReply.encode(refusal(error)).finish());
      return;
    }
    const began = now();
    let operation: Operation | undefined;
    let reply: Uint8Array;
    try {
      operation = admitCall(opened, province, replays, began);
      const signal = AbortSignal.timeout(Math.max(0, Math.ceil(opened.deadline - began)));
      reply = v1.ProvinceReply.encode(await answerCall(operation, handlers, opened.call, { signal })).finish();
    } catch (error) {
      reply = v1.ProvinceReply.encode(refusal(error)).finish();
      const code = refusalCode(error);
      const fields = { operation, code, ...causeOf(error), ms: now() - began };
      // The name of an error's class at most: its text may quote what the local system or the hub sent.
      if (code === 'ADAPTER_FAILED') log.error({ ...fields, error: error instanceof Error ? error.name : typeof error }, 'failed a call');
      else if (!(error instanceof ExpectedRefusal)) log.warn(fields, 'refused a call');
    }
    const jwe = await sealWithSecret(opened.replyKey, reply);
    message.respond(v1.SealedReply.encode({ jwe }).finish());
  };

  const take = (message: Msg): void => {
    if (inFlight.size >= maxInFlight) {
      message.respond(v1.SealedReply.encode(refusal(BUSY)).finish());
      return;
    }
    const call = respond(message)
      .catch((error: unknown) => {
        log.error({ error: error instanceof Error ? error.name : typeof error }, 'could not answer a call');
      })
      .finally(() => inFlight.delete(call));
    inFlight.add(call);
  };

  const subscribe = (nats: Pick<NatsConnection, 'subscribe'>): Subscription =>
    nats.subscribe(callSubject(province), {
      queue: `call-${province}`,
      callback: (error, message) => {
        if (error === null) take(message);
        else log.error({ error: error.name }, 'the subscription to calls failed');
      },
    });
  let subscription = subscribe(options.nats);

  const finish = async (ending: Subscription): Promise<void> => {
    await ending.drain();
    await Promise.all(inFlight);
  };

  return {
    moveTo: async (nats) => {
      const former = subscription;
      subscription = subscribe(nats);
      // Before the former ends: no call finds nobody.
      await nats.flush();
      await finish(former);
    },
    stop: () => finish(subscription),
  };
}
