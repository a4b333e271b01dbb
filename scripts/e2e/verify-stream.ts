import type { Client } from '@grpc/grpc-js';
import { v1 } from '@health-code/messages';

const PATH = '/healthcode.v1.Checkpoint/VerifyStream';
const DEADLINE_MS = 20_000;

/** Sends everything along one stream, closes it, and collects the answers by reference, however they overtake each other. */
export function verifyStream(channel: Client, requests: readonly v1.IVerifyStreamRequest[]): Promise<ReadonlyMap<number, v1.IVerifyStreamResponse>> {
  const stream = channel.makeBidiStreamRequest(
    PATH,
    (request: v1.IVerifyStreamRequest) => Buffer.from(v1.VerifyStreamRequest.encode(request).finish()),
    (bytes: Buffer) => v1.VerifyStreamResponse.decode(bytes),
    { deadline: Date.now() + DEADLINE_MS },
  );
  const answers = new Map<number, v1.IVerifyStreamResponse>();
  return new Promise((resolve, reject) => {
    stream.on('data', (answer: v1.VerifyStreamResponse) => answers.set(answer.reference, answer));
    stream.on('error', reject);
    stream.on('end', () => {
      resolve(answers);
    });
    for (const request of requests) stream.write(request);
    stream.end();
  });
}
