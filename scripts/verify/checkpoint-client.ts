import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';

/** A connection to the hub's Checkpoint service. */
export interface CheckpointClient {
  readonly checkpoint: v1.Checkpoint;
  close(): void;
}

/** Connects lazily; the first call fails with UNAVAILABLE when nobody listens. */
export function connectCheckpoint(address: string, timeoutMs: number): CheckpointClient {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  return {
    checkpoint: v1.Checkpoint.create(unaryTransport(client, { timeoutMs, metadata: new Metadata() })),
    close: () => {
      client.close();
    },
  };
}
