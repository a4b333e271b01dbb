import {
  Server,
  type handleBidiStreamingCall,
  type handleUnaryCall,
  type ServerOptions,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HubError } from '../errors.js';
import { ACCESS, type AccessRule } from '../identity/access.js';
import type { Guard, IdentifyPeer } from '../identity/guard.js';
import { refusal } from './grpc-handlers.js';

type Unary = handleUnaryCall<object, object>;
type Stream = handleBidiStreamingCall<object, object>;

/** How many codes a request shows: those of a batch, or else one. */
function codesOf(request: object): number {
  const { codes } = request as { readonly codes?: unknown };
  return Array.isArray(codes) ? Math.max(1, codes.length) : 1;
}

/** Milliseconds after which a stream whose caller may no longer have it is ended. */
export const STREAM_RECHECK_MS = 5000;

/**
 * A gRPC server on which nothing is served but through the guard: whoever adds a service to it, libraries included, adds it
 * here, and a method without a row in the allow-list does not come up.
 */
export class GuardedServer extends Server {
  readonly #guard: Guard;
  readonly #identifyPeer: IdentifyPeer;
  /** Streams under way, with their paths. */
  readonly #streams = new Map<Parameters<Stream>[0], string>();
  readonly #timer: NodeJS.Timeout;

  constructor(guard: Guard, identifyPeer: IdentifyPeer, options: ServerOptions) {
    super(options);
    this.#guard = guard;
    this.#identifyPeer = identifyPeer;
    this.#timer = setInterval(() => { this.recheckStreams(); }, STREAM_RECHECK_MS).unref();
  }

  /** Calls in hand end, and then there is nobody left to look at again. */
  override tryShutdown(done: (error?: Error) => void): void {
    clearInterval(this.#timer);
    super.tryShutdown(done);
  }

  /** Ends every stream whose caller was let in when it was opened and would not be now. */
  recheckStreams(): void {
    for (const [call, path] of this.#streams) {
      try {
        this.#guard.readmit(call, path);
      } catch (error) {
        this.#streams.delete(call);
        call.emit('error', refusal(error, path));
      }
    }
  }

  /** @throws HubError INTERNAL at start, naming the method: better no server than an open or a dead method */
  override addService(definition: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    const guarded = Object.entries(definition).map(([name, method]) => {
      const rule = ACCESS.get(method.path);
      if (rule === undefined) throw new HubError('INTERNAL', `${method.path} has no row in the allow-list`);
      const handler = implementation[name] ?? implementation[method.originalName ?? ''];
      if (typeof handler !== 'function') throw new HubError('INTERNAL', `${method.path} has no handler`);
      const bound = handler.bind(implementation);
      return [name, method.requestStream || method.responseStream ? this.#stream(bound as Stream, method.path, rule) : this.#unary(bound as Unary, method.path, rule)] as const;
    });
    super.addService(definition, Object.fromEntries(guarded));
  }

  #unary(handle: Unary, path: string, rule: AccessRule): Unary {
    return (call, callback) => {
      try {
        this.#guard.admit(call, this.#identifyPeer, path, rule, codesOf(call.request));
      } catch (error) {
        callback(refusal(error, path));
        return;
      }
      handle(call, callback);
    };
  }

  /** Streams in either direction and in both; none of ours streams requests alone. */
  #stream(handle: Stream, path: string, rule: AccessRule): Stream {
    return (call) => {
      try {
        this.#guard.admit(call, this.#identifyPeer, path, rule, 1);
      } catch (error) {
        // grpc-js takes the status of a stream from the error it is emitted.
        call.emit('error', refusal(error, path));
        return;
      }
      this.#streams.set(call, path);
      const forget = (): void => {
        this.#streams.delete(call);
      };
      // grpc-js says the one at the end of every call, whoever ended it; the other comes where the stream is torn down first.
      call.on('cancelled', forget).on('close', forget);
      handle(call);
    };
  }
}
