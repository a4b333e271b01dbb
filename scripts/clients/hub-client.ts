import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';

/** A connection to a hub on this machine, for commands and benchmarks. */
export interface HubClient {
  readonly checkpoint: v1.Checkpoint;
  readonly person: v1.PersonalHealthCode;
  /** The service for province adapters, as the province the enrolment token belongs to. */
  readonly adapter: (enrolmentToken: string) => v1.Adapter;
  readonly close: () => void;
}

/** Connects lazily; the first call fails with UNAVAILABLE when nobody listens. A call may take `timeoutMs`. */
export function connectHub(address: string, timeoutMs: number): HubClient {
  const client = new Client(address, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const anyone = unaryTransport(client, { timeoutMs, metadata: new Metadata() });
  return {
    checkpoint: v1.Checkpoint.create(anyone),
    person: v1.PersonalHealthCode.create(anyone),
    adapter: (enrolmentToken) => {
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${enrolmentToken}`);
      return v1.Adapter.create(unaryTransport(client, { timeoutMs, metadata }));
    },
    close: () => {
      client.close();
    },
  };
}
