import type { CallOptions, Client, Metadata } from '@grpc/grpc-js';
import type { RPCImpl } from 'protobufjs/minimal.js';

/** Settings of every call made through one transport. */
export interface UnaryTransportOptions {
  /** Milliseconds a call may take; it then fails with DEADLINE_EXCEEDED. */
  readonly timeoutMs: number;
  /** Metadata sent with every call. */
  readonly metadata: Metadata;
}

/**
 * Lets a generated service class speak gRPC: `v1.Checkpoint.create(unaryTransport(client, options))` is a typed client
 * whose methods return promises. Unary methods only.
 */
export function unaryTransport(client: Client, options: UnaryTransportOptions): RPCImpl {
  return (method, requestBytes, callback) => {
    const { path } = method as unknown as { readonly path: string };
    const callOptions: CallOptions = { deadline: Date.now() + options.timeoutMs };
    client.makeUnaryRequest(path, (bytes: Buffer) => bytes, (bytes: Buffer) => bytes, Buffer.from(requestBytes), options.metadata, callOptions, (error, response) => {
      callback(error, response);
    });
  };
}
