import { channel } from 'node:diagnostics_channel';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { AttestationError } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { HubError, type ErrorCode } from '../errors.js';
import { callerOf } from '../identity/caller.js';
import { requireDevice, requireOwnProvince } from '../identity/caller-binding.js';
import { isDatabaseUnavailable } from '../platform/database-failure.js';
import { refusal, unary, type GrpcService } from '../platform/grpc-handlers.js';
import { CANARY_SHOWN, type CanaryShown } from './canary-shown.js';
import { parseCheckpoint, parseCodes, parseShown, type Checkpoint } from './checkpoint-request.js';
import { toVerifyCodeResponse } from './verdict-message.js';
import type { VerificationCounter } from './verification-counter.js';
import { isAboutPerson, type VerifiedCode } from './verified-code.js';
import type { BatchVerifier } from './verify-batch.js';
import type { CodeVerifier } from './verify-code.js';

type CodeRequest = v1.VerifyCodeRequest.$Properties;
type CodeResponse = v1.VerifyCodeResponse.$Properties;
type BatchRequest = v1.VerifyBatchRequest.$Properties;
type BatchResponse = v1.VerifyBatchResponse.$Properties;
type StreamRequest = v1.VerifyStreamRequest.$Properties;
type StreamResponse = v1.VerifyStreamResponse.$Properties;
type Stream = ServerDuplexStream<StreamRequest, StreamResponse>;

/** Codes of one stream under way at once; beyond it the stream is not read, and HTTP/2 flow control holds the sender. */
export const STREAM_CONCURRENCY = 64;

const canaryShown = channel(CANARY_SHOWN);

interface CallWithDeadline {
  getDeadline(): Date | number;
}

const withDeadline = (checkpoint: Checkpoint, call: CallWithDeadline): Checkpoint => {
  const deadline = Number(call.getDeadline());
  return Number.isFinite(deadline) ? { ...checkpoint, deadline } : checkpoint;
};

function errorCodeOf(error: unknown): ErrorCode {
  if (error instanceof HubError || error instanceof AttestationError) return error.code;
  return isDatabaseUnavailable(error) ? 'DATABASE_UNAVAILABLE' : 'INTERNAL';
}

/** Stands before what one call holds many of, or what has a limit of its own; the guard satisfies it. */
export interface CheckpointGate {
  /** One more code of a stream. @throws HubError */
  admitMessage(call: object, path: string): void;
  /** A question about an identity document. @throws HubError RATE_LIMIT_EXCEEDED */
  admitIdentityQuery(call: object): void;
}

/** gRPC service `Checkpoint`: whatever a traveller shows, one at a time, in columns, or along a stream. */
export class CheckpointService implements GrpcService {
  readonly definition = v1.Checkpoint;
  readonly handlers = {
    VerifyCode: unary((request: CodeRequest, call) => this.verifyCode(request, call)),
    VerifyBatch: unary((request: BatchRequest, call) => this.verifyBatch(request, call)),
    VerifyStream: (stream: Stream): void => {
      this.#serve(stream);
    },
  };
  readonly #codes: CodeVerifier;
  readonly #batches: BatchVerifier;
  readonly #counter: VerificationCounter;
  readonly #gate: CheckpointGate;
  readonly #now: () => number;

  /** `now` gives seconds since the epoch. */
  constructor(codes: CodeVerifier, batches: BatchVerifier, counter: VerificationCounter, gate: CheckpointGate, now: () => number) {
    this.#codes = codes;
    this.#batches = batches;
    this.#counter = counter;
    this.#gate = gate;
    this.#now = now;
  }

  /** One code. At once for a known attestation. @throws HubError for a request that cannot be understood */
  verifyCode(request: CodeRequest, call: CallWithDeadline): CodeResponse | Promise<CodeResponse> {
    const caller = callerOf(call);
    const checkpoint = withDeadline(parseCheckpoint(request.context, request.kind ?? undefined), call);
    requireOwnProvince(caller, checkpoint.province);
    const shown = parseShown(request);
    if (!(shown instanceof Uint8Array)) {
      requireDevice(caller);
      this.#gate.admitIdentityQuery(call);
    }
    const outcome =
      shown instanceof Uint8Array
        ? this.#codes.verifyCode(shown, checkpoint, this.#now())
        : this.#codes.verifyPerson(shown, checkpoint, this.#now());
    if (!(outcome instanceof Promise)) return this.#answer(outcome, checkpoint);
    return outcome.then((settled) => {
      const answer = this.#answer(settled, checkpoint);
      if (settled.isCanary === true && request.code && answer.verdict) {
        canaryShown.publish({ caller, code: request.code, verdict: answer.verdict } satisfies CanaryShown);
      }
      return answer;
    });
  }

  /** Many codes. At once where all are known. @throws HubError for a request that cannot be understood */
  verifyBatch(request: BatchRequest, call: CallWithDeadline): BatchResponse | Promise<BatchResponse> {
    const checkpoint = withDeadline(parseCheckpoint(request.context), call);
    requireOwnProvince(callerOf(call), checkpoint.province);
    return this.#batches.verify(parseCodes(request.codes), checkpoint, this.#now());
  }

  #answer(outcome: VerifiedCode, { purpose }: Checkpoint): CodeResponse {
    if (isAboutPerson(outcome)) this.#counter.record(purpose, outcome.verdict.recognition);
    return toVerifyCodeResponse(outcome);
  }

  #serve(stream: Stream): void {
    let underWay = 0;
    let blocked = false;
    let ended = false;
    const settle = (): void => {
      if (ended && underWay === 0) stream.end();
      else if (underWay >= STREAM_CONCURRENCY || blocked) stream.pause();
      else stream.resume();
    };
    stream.on('drain', () => {
      blocked = false;
      settle();
    });
    stream.on('end', () => {
      ended = true;
      settle();
    });
    stream.on('data', (message: StreamRequest) => {
      underWay += 1;
      settle();
      void this.#answerMessage(message, stream).then((answer) => {
        underWay -= 1;
        if (stream.cancelled) return;
        if (!stream.write(answer)) blocked = true;
        settle();
      });
    });
  }

  /** Never rejects: a request that cannot be understood, or a fault, is an answer, and the stream goes on. */
  async #answerMessage({ reference, request }: StreamRequest, stream: Stream): Promise<StreamResponse> {
    try {
      this.#gate.admitMessage(stream, stream.getPath());
      return { reference: reference ?? 0, response: await this.verifyCode(request ?? {}, stream) };
    } catch (error) {
      refusal(error, stream.getPath());
      return { reference: reference ?? 0, errorCode: errorCodeOf(error) };
    }
  }
}
