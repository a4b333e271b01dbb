import type { handleUnaryCall, sendUnaryData, ServerDuplexStream, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { ProvinceCode } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import { verifyBatch } from '../verify/batch.js';
import { parseAsked, parseCodes, requireShown } from '../verify/checkpoint-request.js';
import type { Gate } from '../verify/gate.js';
import { codeOf, statusOf } from './rich-error.js';

type Stream = ServerDuplexStream<v1.VerifyStreamRequest.$Properties, v1.VerifyStreamResponse.$Properties>;

/** Codes of one stream under way at once; beyond it the stream is not read, and HTTP/2 flow control holds the sender. */
const STREAM_CONCURRENCY = 64;

/** What the handlers are made of. */
export interface SidecarPorts {
  readonly gate: Gate;
  /** Where the device stands. */
  readonly province: ProvinceCode;
  readonly state: () => v1.GetStateResponse.$Properties;
  /** Told of an error that nobody expected. */
  readonly fault: (error: unknown) => void;
}

function unary<Request, Response>(handle: (request: Request) => Response | Promise<Response>, fault: SidecarPorts['fault']): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (answer) => callback(null, answer),
        (error: unknown) => {
          const answer = statusOf(error);
          if (codeOf(error) === 'INTERNAL') fault(error);
          callback(answer);
        },
      );
  };
}

/** Checkpoint.VerifyCode, VerifyBatch and VerifyStream as the hub serves them, and Sidecar.GetState. */
export function sidecarHandlers({ gate, province, state, fault }: SidecarPorts): { readonly checkpoint: UntypedServiceImplementation; readonly sidecar: UntypedServiceImplementation } {
  const verifyCode = async (request: v1.VerifyCodeRequest.$Properties): Promise<v1.VerifyCodeResponse.$Properties> => {
    const asked = parseAsked(request.context, province);
    requireShown(request);
    return gate.verifyCode(request, asked);
  };
  const batch = async ({ context, codes }: v1.VerifyBatchRequest.$Properties): Promise<v1.VerifyBatchResponse.$Properties> =>
    verifyBatch(gate, parseCodes(codes), context ?? {}, parseAsked(context, province));
  /** Never rejects: a request that cannot be understood is an answer, and the stream goes on. */
  const answer = async ({ reference, request }: v1.VerifyStreamRequest.$Properties): Promise<v1.VerifyStreamResponse.$Properties> => {
    try {
      return { reference: reference ?? 0, response: await verifyCode(request ?? {}) };
    } catch (error) {
      if (codeOf(error) === 'INTERNAL') fault(error);
      return { reference: reference ?? 0, errorCode: codeOf(error) };
    }
  };
  return {
    checkpoint: { VerifyCode: unary(verifyCode, fault), VerifyBatch: unary(batch, fault), VerifyStream: (stream: Stream): void => serveStream(stream, answer) },
    sidecar: { GetState: unary(() => state(), fault) },
  };
}

function serveStream(stream: Stream, answer: (message: v1.VerifyStreamRequest.$Properties) => Promise<v1.VerifyStreamResponse.$Properties>): void {
  let underWay = 0;
  let isBlocked = false;
  let hasEnded = false;
  const settle = (): void => {
    if (hasEnded && underWay === 0) stream.end();
    else if (underWay >= STREAM_CONCURRENCY || isBlocked) stream.pause();
    else stream.resume();
  };
  stream.on('drain', () => {
    isBlocked = false;
    settle();
  });
  stream.on('end', () => {
    hasEnded = true;
    settle();
  });
  stream.on('data', (message: v1.VerifyStreamRequest.$Properties) => {
    underWay += 1;
    settle();
    void answer(message).then((response) => {
      underWay -= 1;
      if (stream.cancelled) return;
      if (!stream.write(response)) isBlocked = true;
      settle();
    });
  });
}
