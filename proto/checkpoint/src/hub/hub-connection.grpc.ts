import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import type { DeviceCredentials } from './device-credentials.js';

/** An open connection to the hub as the device. Calls fail with UNAVAILABLE while nobody listens. */
export interface HubConnection {
  readonly client: Client;
  readonly checkpoint: v1.Checkpoint;
  readonly close: () => void;
}

/** Settings of a connection. */
export interface HubConnectionOptions {
  /** host:port. */
  readonly address: string;
  /** Milliseconds that one call may take. */
  readonly timeoutMs?: number;
  /** How long the hub may be silent before it is looked whether it is there, in milliseconds. */
  readonly keepaliveMs?: number;
}

const CALL_TIMEOUT_MS = 10_000;
/** A gate that lost its network has to know within seconds: until then it would ask instead of judging. */
const KEEPALIVE_MS = 10_000;

/** The name in the hub's certificate. A hub on this machine has one for `localhost`; an address is no server name (RFC 6066 3). */
function serverNameOf(address: string): string {
  const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  return host === '127.0.0.1' || host === '::1' ? 'localhost' : host;
}

/** Connects by mTLS, at the first call. */
export function openHubConnection({ address, timeoutMs = CALL_TIMEOUT_MS, keepaliveMs = KEEPALIVE_MS }: HubConnectionOptions, device: DeviceCredentials): HubConnection {
  const client = new Client(address, credentials.createSsl(device.hubAuthority, device.key, device.certificate), {
    'grpc.ssl_target_name_override': serverNameOf(address),
    'grpc.default_authority': serverNameOf(address),
    // A new certificate must be shown by a new connection, never by one that another client opened.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2000,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': Math.ceil(keepaliveMs / 3),
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
  });
  return {
    client,
    checkpoint: v1.Checkpoint.create(unaryTransport(client, { timeoutMs, metadata: new Metadata() })),
    close: () => {
      client.close();
    },
  };
}
