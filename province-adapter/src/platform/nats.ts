import { inboxPrefix } from '@health-code/messages';
import { connect, credsAuthenticator, nuid, type NatsConnection } from '@nats-io/transport-node';
import { AdapterError } from '../errors.js';
import type { Logger } from './logger.js';

/** Where NATS is, and as whom it is spoken to. */
export interface NatsAccess {
  readonly url: string;
  /** The credentials of the moment; asked at every connection and reconnection. */
  readonly creds: () => string;
}

const FIRST_ANSWER_WITHIN_MS = 5000;

const optionsFor = ({ url, creds }: NatsAccess, province: string) => ({
  servers: url,
  authenticator: credsAuthenticator(() => new TextEncoder().encode(creds())),
  name: `province-adapter-${province}`,
  // The only inbox this province's NATS user may listen on.
  inboxPrefix: inboxPrefix(province),
  ...(url.startsWith('tls:') ? { tls: {} } : {}),
  // Credentials that are refused today may be replaced tomorrow.
  ignoreAuthErrorAbort: true,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 250,
  pingInterval: 10_000,
});

/**
 * Connects and stays connected: also the first connection is tried for ever. Resolves at the first success.
 *
 * @throws AdapterError CONFIG_INVALID for credentials that the server takes for those of somebody else
 */
export async function connectNats(access: NatsAccess, province: string, log: Logger): Promise<NatsConnection> {
  const connection = await connect({ ...optionsFor(access, province), waitOnFirstConnect: true });
  // A server that goes away just now comes back to the same credentials.
  const refusal = await findRefusal(connection, province).catch(() => undefined);
  if (refusal !== undefined) {
    await connection.close();
    throw new AdapterError('CONFIG_INVALID', `NATS_CREDS_FILE names a file with the credentials of somebody else than province ${province}`, { cause: refusal });
  }
  void logStatus(connection, log);
  return connection;
}

/**
 * The same, where the first connection comes at once or not at all: another one is still there.
 *
 * @throws AdapterError HUB_UNREACHABLE when the server is away, refuses the credentials, or takes them for those of somebody else
 */
export async function tryConnectNats(access: NatsAccess, province: string, log: Logger): Promise<NatsConnection> {
  let connection: NatsConnection;
  try {
    connection = await connect({ ...optionsFor(access, province), timeout: FIRST_ANSWER_WITHIN_MS });
  } catch (cause) {
    throw new AdapterError('HUB_UNREACHABLE', 'NATS is away or refuses the new credentials', { cause });
  }
  const refusal = await findRefusal(connection, province).catch((cause: unknown) => cause);
  if (refusal !== undefined) {
    await connection.close();
    throw new AdapterError('HUB_UNREACHABLE', 'NATS does not take the new credentials for those of this province', { cause: refusal });
  }
  void logStatus(connection, log);
  return connection;
}

/** Listens for a moment where this province's user alone may: a good user of another province would leave the adapter deaf. Returns what the server objects. */
async function findRefusal(connection: NatsConnection, province: string): Promise<Error | undefined> {
  const refusals: Error[] = [];
  const inbox = connection.subscribe(`${inboxPrefix(province)}.${nuid.next()}`, {
    callback: (error) => {
      if (error !== null) refusals.push(error);
    },
  });
  // The server objects before it answers.
  await connection.flush();
  if (refusals.length === 0) inbox.unsubscribe();
  return refusals[0];
}

/** Tells each thing once until it is over: who is refused tries again four times a second, perhaps for days. */
async function logStatus(connection: NatsConnection, log: Logger): Promise<void> {
  const told = new Set<string>();
  const tellOnce = (what: string, tell: () => void): void => {
    if (told.has(what)) return;
    told.add(what);
    tell();
  };
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') {
      tellOnce(status.type, () => log.warn('NATS connection lost'));
    } else if (status.type === 'reconnect') {
      told.clear();
      log.info('NATS connection is back');
    } else if (status.type === 'error') {
      tellOnce(status.error.message, () => log.error({ err: status.error }, 'NATS reports an error'));
    }
  }
}
