// The floor of a gRPC call: started by the benchmark as a process of its own.
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';

/** Path of the floor's only method. */
export const ECHO_PATH = '/floor.Echo/Answer';

/**
 * A bare grpc-js server that answers every request with the same ready-made bytes. `tuned`: with the options of the hub's own
 * server, so that the hub's work is the only difference. Returns its port.
 */
export async function serveEcho(answer: Buffer, tuned: boolean): Promise<number> {
  const server = new Server({ 'grpc.max_receive_message_length': -1, ...(tuned && { 'grpc.enable_channelz': 0 }) });
  const same = (bytes: Buffer): Buffer => bytes;
  server.addService(
    { Answer: { path: ECHO_PATH, requestStream: false, responseStream: false, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same } },
    {
      Answer: (_call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        callback(null, answer);
      },
    },
  );
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

const [answerBase64, tuning] = process.argv.slice(2);
if (process.send !== undefined && answerBase64 !== undefined) process.send({ port: await serveEcho(Buffer.from(answerBase64, 'base64'), tuning === 'tuned') });
