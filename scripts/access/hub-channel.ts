import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import { CommandError } from './command-error.js';

/** A certificate and its private key, PEM. */
export interface ClientCertificate {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** A listener of the hub, and what it must show. */
export interface HubListener {
  /** host:port. */
  readonly address: string;
  /** The authority of its certificate, PEM; no other is trusted. */
  readonly authority: Buffer;
}

/** An open connection with the clients of every service; each call fails with UNAVAILABLE while nobody listens. */
export interface HubChannel {
  readonly client: Client;
  readonly adapter: v1.Adapter;
  readonly checkpoint: v1.Checkpoint;
  readonly enrolment: v1.Enrolment;
  readonly ledger: v1.Ledger;
  readonly membership: v1.Membership;
  readonly operator: v1.Operator;
  readonly recognition: v1.MutualRecognition;
  readonly close: () => void;
}

const CALL_TIMEOUT_MS = 20_000;

const RECONNECT = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1000 };
/** A hub on this machine has a certificate for `localhost`; an address is no server name (RFC 6066 3). */
const ON_THIS_MACHINE = { 'grpc.ssl_target_name_override': 'localhost' };
const isOnThisMachine = (address: string): boolean => /^(127\.0\.0\.1|\[::1\]):\d+$/.test(address);

/**
 * Connects over TLS, by this authority alone; as the holder of `own`, or as nobody on the enrolment listener.
 * @throws CommandError when certificate and key are not a pair, or no PEM
 */
export function openHubChannel(listener: HubListener, own?: ClientCertificate, timeoutMs = CALL_TIMEOUT_MS): HubChannel {
  let tls;
  try {
    tls = credentials.createSsl(listener.authority, own?.key ?? null, own?.certificate ?? null);
  } catch (cause) {
    throw new CommandError('the certificate, its key or the hub’s authority cannot be used', 'Look at the three files: each must be PEM, and the key that of the certificate.', { cause });
  }
  const client = new Client(listener.address, tls, { ...RECONNECT, ...(isOnThisMachine(listener.address) && ON_THIS_MACHINE) });
  const transport = unaryTransport(client, { timeoutMs, metadata: new Metadata() });
  return {
    client,
    adapter: v1.Adapter.create(transport),
    checkpoint: v1.Checkpoint.create(transport),
    enrolment: v1.Enrolment.create(transport),
    ledger: v1.Ledger.create(transport),
    membership: v1.Membership.create(transport),
    operator: v1.Operator.create(transport),
    recognition: v1.MutualRecognition.create(transport),
    close: () => {
      client.close();
    },
  };
}

/** Does `work` over a connection of its own, and closes it. */
export async function withHubChannel<T>(listener: HubListener, own: ClientCertificate | undefined, work: (channel: HubChannel) => Promise<T>): Promise<T> {
  const channel = openHubChannel(listener, own);
  try {
    return await work(channel);
  } finally {
    channel.close();
  }
}
