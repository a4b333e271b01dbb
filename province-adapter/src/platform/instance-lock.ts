import pg from 'pg';
import { ADVISORY_LOCK } from './database.js';
import type { Logger } from './logger.js';

const RETRY_MS = 500;
const CONNECT_TIMEOUT_MS = 5000;

/** Of all instances of one province's adapter, one polls and publishes. */
export interface InstanceLock {
  /** Resolves once this instance leads; false when closed before. */
  readonly acquired: Promise<boolean>;
  /** False until acquired, and while the connection that holds the lock is lost. */
  readonly isHeld: () => boolean;
  /** Lets another instance lead. */
  close(): Promise<void>;
}

/**
 * Competes for the lead with a PostgreSQL advisory lock, which ends with the session of whoever held it. Nothing unsafe
 * follows from two leaders for a moment: numbers are taken under a row lock, and what is published twice is known by its id.
 */
export function competeForLead(databaseUrl: string, log: Logger): InstanceLock {
  let session: pg.Client | undefined;
  let isHeld = false;
  const closing = new AbortController();
  const isClosed = (): boolean => closing.signal.aborted;
  let resolveAcquired: (held: boolean) => void;
  const acquired = new Promise<boolean>((resolve) => {
    resolveAcquired = resolve;
  });

  /** One session's life: resolves when it ended. */
  const hold = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseUrl, application_name: 'province-adapter-lead', connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true });
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve);
    });
    client.on('error', (err) => {
      log.warn({ err }, 'the connection that holds the lead is lost');
    });
    session = client;
    try {
      await client.connect();
      await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK.instance]);
      isHeld = true;
      log.info('this instance leads');
      resolveAcquired(true);
      await ended;
    } finally {
      isHeld = false;
      await client.end().catch(() => undefined);
    }
  };
  const compete = async (): Promise<void> => {
    while (!isClosed()) {
      await hold().catch((err: unknown) => {
        if (!isClosed()) log.warn({ err }, 'cannot compete for the lead: the database is away');
      });
      if (!isClosed()) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  const competing = compete();
  return {
    acquired,
    isHeld: () => isHeld,
    async close() {
      closing.abort();
      resolveAcquired(false);
      await session?.end().catch(() => undefined);
      await competing;
    },
  };
}
