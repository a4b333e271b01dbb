import { randomBytes } from 'node:crypto';
import { AttestationError, openWithSecret, parseAttestation, sealFor, verifyAttestation, type ProvinceKey, type ProvinceKeyRing, type VerifiedAttestation } from '@health-code/attestation';
import { callSubject, resendSubject, v1 } from '@health-code/messages';
import { RequestError, TimeoutError, type NatsConnection } from '@nats-io/transport-node';

/** What came back to a call. */
export type Reply =
  | { readonly kind: 'refused'; readonly code: string; readonly isSealed: boolean }
  | { readonly kind: 'attested'; readonly verified: VerifiedAttestation }
  | { readonly kind: 'no-status'; readonly availability: string }
  | { readonly kind: 'reference'; readonly subject: string }
  /** Nobody listens on the subject. */
  | { readonly kind: 'nobody' }
  /** No answer in time. */
  | { readonly kind: 'silent' }
  /** An answer that is none: why. */
  | { readonly kind: 'invalid'; readonly why: string };

/** What is sent. */
export type Operation = Omit<v1.IProvinceCall, 'replyKey' | 'deadline'>;

/** How a call differs from an ordinary one. */
export interface CallOptions {
  /** Milliseconds from now. Default 3000. */
  readonly deadlineMs?: number | 'none';
  readonly replyKey?: Uint8Array;
  /** Default: the key the province registered. */
  readonly key?: ProvinceKey;
}

/** A sealed call that can be sent, and sent again. */
export interface SealedMessage {
  readonly bytes: Uint8Array;
  readonly replyKey: Uint8Array;
}

/** The hub's voice over NATS. */
export interface KitCaller {
  seal(operation: Operation, options?: CallOptions): Promise<SealedMessage>;
  send(message: SealedMessage, patienceMs?: number, province?: string): Promise<Reply>;
  ask(operation: Operation, options?: CallOptions): Promise<Reply>;
  resend(ranges: readonly v1.ISequenceRange[]): Promise<v1.ResendReply | undefined>;
}

/** What the caller is made of. */
export interface KitCallerOptions {
  readonly province: string;
  readonly nats: NatsConnection;
  readonly ring: () => ProvinceKeyRing;
  /** The province's encryption key, as registered last. */
  readonly sealingKey: () => ProvinceKey;
}

const DEFAULT_DEADLINE_MS = 3000;
/** What an answer may take beyond the deadline: the way there and back on a busy machine. */
const GRACE_MS = 2000;
const REPLY_KEY_BYTES = 32;

function timestampIn(milliseconds: number): { seconds: number; nanos: number } {
  const at = Date.now() + milliseconds;
  return { seconds: Math.floor(at / 1000), nanos: (at % 1000) * 1e6 };
}

/** How long the kit waits for the answer to a call with such a deadline. */
const patienceFor = (deadlineMs: CallOptions['deadlineMs'] = DEFAULT_DEADLINE_MS): number => (deadlineMs === 'none' ? DEFAULT_DEADLINE_MS : Math.max(0, deadlineMs)) + GRACE_MS;

async function readAttested(attested: v1.IAttestedReply, ring: ProvinceKeyRing): Promise<Reply> {
  const token = attested.attestation ?? '';
  if (token === '') return { kind: 'no-status', availability: attested.availability ?? '' };
  try {
    return { kind: 'attested', verified: await verifyAttestation(parseAttestation(token), ring, Math.floor(Date.now() / 1000)) };
  } catch (error) {
    return { kind: 'invalid', why: `its attestation does not verify: ${error instanceof AttestationError ? error.code : String(error)}` };
  }
}

async function readReply(bytes: Uint8Array, replyKey: Uint8Array, ring: ProvinceKeyRing): Promise<Reply> {
  const sealed = v1.SealedReply.decode(bytes);
  if (sealed.error) return { kind: 'refused', code: sealed.error.code ?? '', isSealed: false };
  const reply = v1.ProvinceReply.decode(await openWithSecret(sealed.jwe ?? '', replyKey));
  if (reply.error) return { kind: 'refused', code: reply.error.code ?? '', isSealed: true };
  if (reply.attested) return readAttested(reply.attested, ring);
  if (reply.queryHealth?.attested) return readAttested(reply.queryHealth.attested, ring);
  if (reply.reference) return { kind: 'reference', subject: reply.reference.subjectReference ?? '' };
  return { kind: 'invalid', why: 'it answers another operation' };
}

/** Speaks to the adapter of one province as the hub does. */
export function createKitCaller({ province, nats, ring, sealingKey }: KitCallerOptions): KitCaller {
  const seal = async (operation: Operation, options: CallOptions = {}): Promise<SealedMessage> => {
    const { deadlineMs = DEFAULT_DEADLINE_MS, replyKey = randomBytes(REPLY_KEY_BYTES), key = sealingKey() } = options;
    const plaintext = v1.ProvinceCall.encode({ ...operation, replyKey, ...(deadlineMs === 'none' ? {} : { deadline: timestampIn(deadlineMs) }) }).finish();
    return { bytes: v1.SealedCall.encode({ jwe: await sealFor(key, plaintext) }).finish(), replyKey };
  };
  const send = async ({ bytes, replyKey }: SealedMessage, patienceMs = patienceFor(), to = province): Promise<Reply> => {
    let answer: Uint8Array;
    try {
      answer = (await nats.request(callSubject(to), bytes, { timeout: patienceMs })).data;
    } catch (error) {
      if (error instanceof RequestError && error.isNoResponders()) return { kind: 'nobody' };
      if (error instanceof TimeoutError) return { kind: 'silent' };
      throw error;
    }
    try {
      return await readReply(answer, replyKey, ring());
    } catch (error) {
      return { kind: 'invalid', why: `it does not open: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
  return {
    seal,
    send,
    ask: async (operation, options = {}) => send(await seal(operation, options), patienceFor(options.deadlineMs)),
    resend: async (ranges) => {
      try {
        const { data } = await nats.request(resendSubject(province), v1.ResendRequest.encode({ ranges: [...ranges] }).finish(), { timeout: patienceFor() });
        return v1.ResendReply.decode(data);
      } catch (error) {
        if (error instanceof RequestError || error instanceof TimeoutError) return undefined;
        throw error;
      }
    },
  };
}
