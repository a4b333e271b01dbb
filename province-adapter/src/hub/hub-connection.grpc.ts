import { Client, credentials } from '@grpc/grpc-js';
import type { HubCredentials } from './hub-credentials.js';

/** Where the hub is, and the name in its certificate. */
export interface HubAddress {
  /** host:port. */
  readonly address: string;
  readonly serverName: string;
}

/** How long a call hears nothing of the hub before it is looked whether the hub is there, in milliseconds; the hub looks as often. */
const KEEPALIVE_MS = 30_000;

/**
 * A connection to the hub by mTLS, opened at its first call. A hub that went without a word (power, network) ends the calls under
 * way: a stream that only listens would wait for ever.
 */
export function openHubConnection({ address, serverName }: HubAddress, { authority, certificate, key }: HubCredentials, keepaliveMs = KEEPALIVE_MS): Client {
  return new Client(address, credentials.createSsl(authority, key, certificate), {
    'grpc.ssl_target_name_override': serverName,
    'grpc.default_authority': serverName,
    // A new certificate must be shown by a new connection, never by one that another client opened.
    'grpc.use_local_subchannel_pool': 1,
    // grpc-js would wait up to two minutes after the hub was away for a while.
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2000,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': Math.ceil(keepaliveMs / 3),
  });
}
