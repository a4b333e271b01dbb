import type { Client } from '@grpc/grpc-js';

/** What the generated code knows of a message type. */
interface Codec<Message> {
  readonly encode: (message: Message) => { finish: () => Uint8Array };
}

interface Decoder<Message> {
  readonly decode: (bytes: Uint8Array) => Message;
}

/** Messages of a method that answers with a stream, as they arrive. Ends the call when no more are wanted. */
export async function* serverStream<Request, Response>(
  client: Client,
  path: string,
  request: readonly [codec: Codec<Request>, message: Request],
  response: Decoder<Response>,
): AsyncGenerator<Response> {
  const [codec, message] = request;
  const call = client.makeServerStreamRequest(path, (content: Request) => Buffer.from(codec.encode(content).finish()), (bytes: Buffer) => response.decode(bytes), message);
  try {
    for await (const part of call) yield part as Response;
  } finally {
    call.cancel();
  }
}
