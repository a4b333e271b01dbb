import { openWithSecret, sealFor, type AttestationKind, type ProvinceCode, type ProvinceKey } from '@health-code/attestation';
import { callSubject, KIND_MESSAGE, v1 } from '@health-code/messages';
import { errors, type NatsConnection } from '@nats-io/transport-node';
import { HubError } from '../errors.js';
import type { AttestedAnswer } from './attested-answer.js';
import { attestedAnswer, parseProvinceReply, refusalOf, type ProvinceOperation, type ReplyTo, type RequestOf } from './parse-reply.js';

export type { AttestedAnswer } from './attested-answer.js';

/** Bytes of a reply key: AES-256. */
const REPLY_KEY_BYTES = 32;

/** Largest sealed reply taken, in bytes; checked before anything is parsed. */
export const MAX_REPLY_BYTES = 65_536;

/** Calls under way to one province before further ones are refused; a slow province must not fill the hub's memory. */
export const MAX_CALLS_IN_FLIGHT = 256;

/** What the caller must know of a province. */
interface CallableProvince {
  readonly code: ProvinceCode;
  readonly standing: 'admitted' | 'suspended';
  readonly registered: boolean;
  readonly encryptionKey?: ProvinceKey;
}

/** What a {@link ProvinceCaller} is made of. */
export interface ProvinceCallerOptions {
  readonly nats: Pick<NatsConnection, 'request'>;
  readonly registry: { findProvince(code: string): CallableProvince | undefined };
  /** Milliseconds a province may take to answer. */
  readonly timeoutMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Unpredictable bytes. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** {@link MAX_CALLS_IN_FLIGHT} when absent. */
  readonly maxInFlight?: number;
}

/** Bounds that the one who asks the hub sets for one call. */
export interface CallLimits {
  /** Milliseconds since the epoch after which nobody waits for the answer; `Infinity` when there is no such time. */
  readonly deadline?: number;
}

const timestampFromMs = (ms: number): { readonly seconds: number; readonly nanos: number } => ({
  seconds: Math.floor(ms / 1000),
  nanos: Math.trunc(ms % 1000) * 1_000_000,
});

/** Why NATS brought no answer. Never the text of the payload: NATS errors name subjects only. */
function transportError(cause: unknown): HubError {
  if (cause instanceof errors.TimeoutError) return new HubError('ADAPTER_TIMEOUT', 'the province did not answer in time', { cause });
  return new HubError('ADAPTER_UNREACHABLE', 'nothing answers for the province', { cause });
}

/**
 * 省际调用: asks a province over NATS request-reply. Call and answer are encrypted end to end, so that a broker between
 * hub and province learns the province and the size. An answer that comes late is dropped by the NATS client, and could
 * not be opened as the answer to another call: every call has a reply key of its own.
 */
export class ProvinceCaller {
  readonly #options: ProvinceCallerOptions;
  readonly #inFlight = new Map<ProvinceCode, number>();

  constructor(options: ProvinceCallerOptions) {
    this.#options = options;
  }

  /**
   * A scanned local code, to be verified by `province`, and what it states of that kind to be attested.
   * @throws HubError as {@link call}
   */
  async attestCode(province: string, code: Uint8Array, kind: AttestationKind, context: v1.ICheckpointContext, limits?: CallLimits): Promise<AttestedAnswer> {
    const target = this.#getProvince(province);
    return attestedAnswer(target.code, await this.#ask(target, 'attestCode', { code, context, kind: KIND_MESSAGE[kind] }, limits));
  }

  /**
   * A person of `province` by identity document, to be looked up, and what it states of that kind to be attested.
   * @throws HubError as {@link call}
   */
  async attestPerson(province: string, document: v1.IIdentityDocument, kind: AttestationKind, context: v1.ICheckpointContext, limits?: CallLimits): Promise<AttestedAnswer> {
    const target = this.#getProvince(province);
    return attestedAnswer(target.code, await this.#ask(target, 'attestPerson', { identityDocument: document, context, kind: KIND_MESSAGE[kind] }, limits));
  }

  /**
   * The opaque subject reference of anybody's identity document, computed by `province`.
   * @throws HubError as {@link call}
   */
  async resolveReference(province: string, document: v1.IIdentityDocument, limits?: CallLimits): Promise<string> {
    return (await this.call(province, 'resolveReference', { identityDocument: document }, limits)).subjectReference;
  }

  /**
   * Any operation of `province` (GB/T 2260).
   * @throws HubError PROVINCE_NOT_ADMITTED (suspended ones included), PROVINCE_NOT_REGISTERED, ADAPTER_BUSY (too many
   *   calls under way), ADAPTER_UNREACHABLE (nobody listens), ADAPTER_TIMEOUT, ADAPTER_ANSWER_INVALID, ADAPTER_REFUSED
   *   (with the province's own code)
   */
  async call<O extends ProvinceOperation>(province: string, operation: O, request: RequestOf<O>, limits?: CallLimits): Promise<ReplyTo<O>> {
    return this.#ask(this.#getProvince(province), operation, request, limits);
  }

  #getProvince(code: string): CallableProvince & { readonly encryptionKey: ProvinceKey } {
    const province = this.#options.registry.findProvince(code);
    if (province?.standing !== 'admitted') throw new HubError('PROVINCE_NOT_ADMITTED', 'the province is not admitted');
    const { encryptionKey } = province;
    if (!province.registered || encryptionKey === undefined) {
      throw new HubError('PROVINCE_NOT_REGISTERED', 'the adapter of the province never registered');
    }
    return { ...province, encryptionKey };
  }

  async #ask<O extends ProvinceOperation>(
    province: CallableProvince & { readonly encryptionKey: ProvinceKey },
    operation: O,
    request: RequestOf<O>,
    limits: CallLimits = {},
  ): Promise<ReplyTo<O>> {
    const inFlight = this.#inFlight.get(province.code) ?? 0;
    if (inFlight >= (this.#options.maxInFlight ?? MAX_CALLS_IN_FLIGHT)) {
      throw new HubError('ADAPTER_BUSY', 'too many calls to the province are under way');
    }
    this.#inFlight.set(province.code, inFlight + 1);
    try {
      const replyKey = this.#options.randomBytes(REPLY_KEY_BYTES);
      const deadline = Math.min(this.#options.now() + this.#options.timeoutMs, limits.deadline ?? Infinity);
      const plaintext = v1.ProvinceCall.encode({ replyKey, deadline: timestampFromMs(deadline), [operation]: request }).finish();
      const sealed = v1.SealedCall.encode({ jwe: await sealFor(province.encryptionKey, plaintext) }).finish();
      const answer = await this.#request(callSubject(province.code), sealed, deadline);
      return parseProvinceReply(await openReply(answer, replyKey), operation);
    } finally {
      const left = (this.#inFlight.get(province.code) ?? 1) - 1;
      if (left === 0) this.#inFlight.delete(province.code);
      else this.#inFlight.set(province.code, left);
    }
  }

  async #request(subject: string, payload: Uint8Array, deadline: number): Promise<Uint8Array> {
    const timeout = Math.ceil(deadline - this.#options.now());
    if (timeout <= 0) throw new HubError('ADAPTER_TIMEOUT', 'no time was left to ask the province');
    try {
      return (await this.#options.nats.request(subject, payload, { timeout })).data;
    } catch (cause) {
      throw transportError(cause);
    }
  }
}

/** What a province may say in the clear: it has no reply key before it opened the call. Anything else is a forgery. */
const UNSEALED_REFUSALS: readonly string[] = ['CALL_INVALID', 'ADAPTER_BUSY'];

/** The plaintext of a SealedReply to the call with `replyKey`. */
async function openReply(answer: Uint8Array, replyKey: Uint8Array): Promise<Uint8Array> {
  if (answer.byteLength > MAX_REPLY_BYTES) throw new HubError('ADAPTER_ANSWER_INVALID', 'the province\'s answer is too large');
  let reply: v1.SealedReply;
  try {
    reply = v1.SealedReply.decode(answer);
  } catch (cause) {
    throw new HubError('ADAPTER_ANSWER_INVALID', 'the province\'s answer is no SealedReply', { cause });
  }
  if (reply.error && UNSEALED_REFUSALS.includes(reply.error.code ?? '')) throw refusalOf(reply.error);
  try {
    return await openWithSecret(reply.jwe ?? '', replyKey);
  } catch (cause) {
    throw new HubError('ADAPTER_ANSWER_INVALID', 'the province\'s answer cannot be opened with the key of the call', { cause });
  }
}
