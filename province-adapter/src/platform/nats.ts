import { inboxPrefix } from '@health-code/messages';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { AdapterConfig } from '../config.js';
import type { Logger } from './logger.js';

/**
 * Connects and stays connected: also the first connection is tried for ever, and a password that is wrong today may be
 * right after the operator has reloaded the server. Resolves at the first success.
 */
export async function connectNats(options: AdapterConfig['nats'], province: string, log: Logger): Promise<NatsConnection> {
  const connection = await connect({
    servers: options.url,
    user: options.user,
    pass: options.password,
    name: `province-adapter-${province}`,
    // The only inbox this province's NATS user may listen on.
    inboxPrefix: inboxPrefix(province),
    ...(options.url.startsWith('tls:') ? { tls: {} } : {}),
    waitOnFirstConnect: true,
    ignoreAuthErrorAbort: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    pingInterval: 10_000,
  });
  void logStatus(connection, log);
  return connection;
}

async function logStatus(connection: NatsConnection, log: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') log.warn('NATS connection lost');
    else if (status.type === 'reconnect') log.info('NATS connection is back');
    else if (status.type === 'error') log.error({ err: status.error }, 'NATS reports an error');
  }
}
