import { channel } from 'node:diagnostics_channel';
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { GeneratedService } from '@health-code/messages';
import { isFault, statusOf } from './grpc-status.js';

/** One gRPC service as a module offers it to the server; each `*.grpc.ts` provides a class that satisfies this. */
export interface GrpcService {
  /** The generated class, for example `v1.Checkpoint`. */
  readonly definition: GeneratedService;
  /** Handlers by method name as in the .proto file, every method of the service. */
  readonly handlers: UntypedServiceImplementation;
}

/** What is published on the channel {@link FAULTS}: an error the hub did not expect, and the method it broke. */
export interface Fault {
  readonly method: string;
  readonly error: unknown;
}

/** Diagnostics channel of faults of the hub itself, for the log; callers are only told INTERNAL. */
export const FAULTS = 'health-code.hub.fault';

const faults = channel(FAULTS);

/** The gRPC status a caller gets for `error`; a fault of the hub itself is published on {@link FAULTS}. */
export function refusal(error: unknown, method: string): ReturnType<typeof statusOf> {
  if (isFault(error)) faults.publish({ method, error } satisfies Fault);
  return statusOf(error);
}

/**
 * A unary handler out of a function that returns or throws. A function that returns without a promise is answered in
 * the same turn, so a hot method loses nothing by it.
 */
export function unary<Request, Response>(
  handle: (request: Request, call: ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const refuse = (error: unknown): void => {
      callback(refusal(error, call.getPath()));
    };
    try {
      const answer = handle(call.request, call);
      if (answer instanceof Promise) answer.then((response) => { callback(null, response); }, refuse);
      else callback(null, answer);
    } catch (error) {
      refuse(error);
    }
  };
}

/**
 * A server-streaming handler out of an async generator. It is asked for the next message only when the last one has
 * left or fits the send window, and is closed when the caller goes away.
 */
export function serverStream<Request, Response>(
  produce: (request: Request, call: ServerWritableStream<Request, Response>) => AsyncIterable<Response>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    void writeAll(call, produce(call.request, call));
  };
}

async function writeAll<Request, Response>(call: ServerWritableStream<Request, Response>, messages: AsyncIterable<Response>): Promise<void> {
  try {
    for await (const message of messages) {
      if (call.cancelled) return;
      if (!call.write(message)) await writable(call);
    }
    call.end();
  } catch (error) {
    // grpc-js takes the status of a stream from the error it is emitted.
    call.emit('error', refusal(error, call.getPath()));
  }
}

/** Until the send window has room, or the caller is gone. */
function writable<Request, Response>(call: ServerWritableStream<Request, Response>): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      call.off('drain', go).off('cancelled', go).off('close', go);
      resolve();
    };
    call.on('drain', go).on('cancelled', go).on('close', go);
  });
}
