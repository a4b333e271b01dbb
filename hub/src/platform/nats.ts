import { readFileSync } from 'node:fs';
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type ConsumerInfo,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { connect, credsAuthenticator, nanos, type NatsConnection } from '@nats-io/transport-node';
import { ALL_ATTESTATIONS, ATTESTATION_STREAM, INGEST_CONSUMER, inboxPrefix } from '@health-code/messages';
import { HubError } from '../errors.js';
import type { Logger } from './logger.js';

/** How the hub reaches NATS. */
export interface NatsOptions {
  readonly url: string;
  /** Content of a credentials file, as read at the start. */
  readonly creds: string;
  /** Where it stands: read again at every reconnection, so that a NATS user is replaced without a restart. */
  readonly credsFile?: string;
}

/** Begins the part of a credentials file without which it is none. */
const SEED_HEADING = 'BEGIN USER NKEY SEED';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * JetStream is transport, PostgreSQL on both ends is the truth: what ages out before it was read is asked for again, so
 * age and number only bound the disk, the number for each province by itself, so that none can fill it for the others.
 * Twice the largest attestation, so that a slightly larger one still reaches quarantine.
 */
const STREAM_CONFIG = {
  name: ATTESTATION_STREAM,
  subjects: [ALL_ATTESTATIONS],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  max_msg_size: 8 * 1024,
  max_age: nanos(7 * DAY_MS),
  max_msgs_per_subject: 500_000,
  duplicate_window: nanos(2 * 60 * 1000),
} satisfies Partial<StreamConfig> & { readonly name: string };

/**
 * Acknowledging one message acknowledges all before it: the last of a committed batch is enough. What may be delivered and
 * not acknowledged is what the hub holds in memory: 16 MB at most, and four batches, so that the next one is always there.
 */
const CONSUMER_CONFIG = {
  durable_name: INGEST_CONSUMER,
  ack_policy: AckPolicy.All,
  ack_wait: nanos(60 * 1000),
  max_ack_pending: 2000,
} satisfies Partial<ConsumerConfig>;

/** The credentials of the moment; the last good ones while the file cannot be read or holds none. */
function readCreds({ creds, credsFile }: NatsOptions): () => Uint8Array {
  let lastGood = creds;
  return () => {
    try {
      const text = credsFile === undefined ? creds : readFileSync(credsFile, 'utf8');
      if (text.includes(SEED_HEADING)) lastGood = text;
    } catch {
      // A file that is being replaced is there again at the next try, a quarter of a second later.
    }
    // The client finds the seed only where a line ends after it.
    return new TextEncoder().encode(`${lastGood.trimEnd()}\n`);
  };
}

/**
 * Connects and stays connected: once up, the connection is taken up again for ever, with state changes logged.
 * @throws HubError NATS_UNAVAILABLE when the first connection fails
 */
export async function connectNats(options: NatsOptions, logger: Logger): Promise<NatsConnection> {
  try {
    const connection = await connect({
      servers: options.url,
      authenticator: credsAuthenticator(readCreds(options)),
      // A user that is taken away may be given back.
      ignoreAuthErrorAbort: true,
      name: 'hub',
      inboxPrefix: inboxPrefix('hub'),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      pingInterval: 10_000,
    });
    void logStatus(connection, logger);
    return connection;
  } catch (cause) {
    throw new HubError('NATS_UNAVAILABLE', 'NATS cannot be reached, or refuses the user', { cause });
  }
}

/** Tells each thing once until it is over: who is refused tries again four times a second, perhaps for days. */
async function logStatus(connection: NatsConnection, logger: Logger): Promise<void> {
  const told = new Set<string>();
  const tellOnce = (what: string, tell: () => void): void => {
    if (told.has(what)) return;
    told.add(what);
    tell();
  };
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') {
      tellOnce(status.type, () => { logger.warn('NATS connection lost'); });
    } else if (status.type === 'reconnect') {
      told.clear();
      logger.info('NATS connection is back');
    } else if (status.type === 'error') {
      tellOnce(status.error.message, () => { logger.error({ err: status.error }, 'NATS reports an error'); });
    }
  }
}

/** Creates the stream of attestations, or brings an older one to today's settings. Safe to repeat, from several replicas. */
export async function ensureAttestationStream(manager: JetStreamManager): Promise<void> {
  const { name, ...settings } = STREAM_CONFIG;
  try {
    await manager.streams.update(name, settings);
  } catch {
    await manager.streams.add(STREAM_CONFIG);
  }
}

/**
 * Makes the durable consumer deliver from the first message that was never acknowledged, at once. Messages a dead
 * process had in hand would otherwise come only after `ack_wait`. Only the holder of the ingest lock may call it.
 */
export async function resetIngestConsumer(manager: JetStreamManager): Promise<ConsumerInfo> {
  const known = await findConsumer(manager);
  if (known?.num_ack_pending === 0) {
    const { ack_wait, max_ack_pending } = CONSUMER_CONFIG;
    return manager.consumers.update(ATTESTATION_STREAM, INGEST_CONSUMER, { ack_wait, max_ack_pending });
  }
  if (known !== undefined) await manager.consumers.delete(ATTESTATION_STREAM, INGEST_CONSUMER);
  // A crash right here loses the position: everything is delivered again, and everything known is a duplicate.
  const position =
    known === undefined
      ? { deliver_policy: DeliverPolicy.All }
      : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: known.ack_floor.stream_seq + 1 };
  return manager.consumers.add(ATTESTATION_STREAM, { ...CONSUMER_CONFIG, ...position });
}

async function findConsumer(manager: JetStreamManager): Promise<ConsumerInfo | undefined> {
  for await (const consumer of manager.consumers.list(ATTESTATION_STREAM)) {
    if (consumer.name === INGEST_CONSUMER) return consumer;
  }
  return undefined;
}

/** JetStream's management interface on `connection`. */
export const manageJetStream = (connection: NatsConnection): Promise<JetStreamManager> => jetstreamManager(connection, { checkAPI: false });
