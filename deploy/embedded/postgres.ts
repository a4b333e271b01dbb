import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { startChild, describeExit, type Child } from './child.js';
import type { DataDirectory } from './data-directory.js';
import { DeploymentError } from './errors.js';
import { OPEN_DIRECTORY, isRoot, makeOpenDirectory, preparePostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';

/** A PostgreSQL server we may create databases in. */
export interface Postgres {
  /** Connection URL of database `name`. */
  readonly url: (name: string) => string;
  /** Creates database `name` unless it exists. */
  readonly createDatabase: (name: string) => Promise<void>;
  /** How many more connections the server takes now. @throws DeploymentError POSTGRES_START_FAILED when it does not answer */
  readonly countFreeConnections: () => Promise<number>;
  /** The server's process; absent for a server that DATABASE_URL names. */
  readonly child?: Child;
}

const SUPERUSER = 'postgres';
/** For whoever does not say how many connections are needed. */
const DEFAULT_CONNECTIONS = 200;
const READY_WITHIN_MS = 20_000;
const PROBE_EVERY_MS = 30;
const ATTEMPTS = 3;
const DUPLICATE_DATABASE = '42P04';
const MINIMAL_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const;

/**
 * Where the cluster of a data directory lies: inside it, or, for root, in a place that the account PostgreSQL runs as can reach.
 */
export function clusterDirectory(dataPath: string): string {
  if (!isRoot()) return join(dataPath, 'postgres');
  return join(OPEN_DIRECTORY, createHash('sha256').update(dataPath).digest('hex').slice(0, 16), 'postgres');
}

function reachableDirectory(path: string, binaries: PostgresBinaries): void {
  if (isRoot()) {
    makeOpenDirectory(OPEN_DIRECTORY);
    makeOpenDirectory(join(path, '..'));
  }
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (binaries.runAs !== undefined) chownSync(path, binaries.runAs.uid, binaries.runAs.gid);
}

/** Creates the cluster in one step: an interrupted initdb leaves nothing that looks like one. */
async function initialise(directory: string, binaries: PostgresBinaries, password: string): Promise<void> {
  const incomplete = join(directory, 'incomplete');
  const passwordFile = join(directory, 'password');
  rmSync(incomplete, { recursive: true, force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (binaries.runAs !== undefined) chownSync(passwordFile, binaries.runAs.uid, binaries.runAs.gid);
  const args = ['-D', incomplete, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
  try {
    await promisify(execFile)(binaries.initdb, args, { cwd: directory, env: MINIMAL_ENVIRONMENT, ...binaries.runAs });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new DeploymentError('POSTGRES_START_FAILED', `PostgreSQL could not create its data directory: ${said}`, { cause });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(incomplete, join(directory, 'cluster'));
}

/** After a SIGKILL and a reboot the number in postmaster.pid may be another program's, which PostgreSQL would take for itself. */
function removeStalePid(cluster: string): void {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = readFileSync(file, 'utf8').split('\n')[0] ?? '';
  const commandLine = join('/proc', pid, 'cmdline');
  const program = existsSync(commandLine) ? readFileSync(commandLine, 'utf8') : '';
  if (existsSync('/proc/self') && !program.includes(cluster)) rmSync(file, { force: true });
}

async function query(url: string, sql: string, values: readonly string[] = []): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // A server that goes away while the client is idle would otherwise end this process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

async function createDatabase(adminUrl: string, name: string): Promise<void> {
  try {
    if ((await query(adminUrl, 'SELECT 1 FROM pg_database WHERE datname = $1', [name])).length > 0) return;
    await query(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (cause) {
    if (cause instanceof pg.DatabaseError && cause.code === DUPLICATE_DATABASE) return;
    throw new DeploymentError('POSTGRES_START_FAILED', `database ${name} could not be created: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const FREE_CONNECTIONS = `
  SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - count(*)::int AS free
  FROM pg_stat_activity WHERE backend_type = 'client backend'`;

async function countFreeConnections(adminUrl: string): Promise<number> {
  try {
    const [row] = await query(adminUrl, FREE_CONNECTIONS);
    return Number(row?.['free']);
  } catch (cause) {
    throw new DeploymentError('POSTGRES_START_FAILED', `PostgreSQL does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function isReady(child: Child, url: string): Promise<boolean> {
  const until = Date.now() + READY_WITHIN_MS;
  while (child.isRunning() && Date.now() < until) {
    try {
      await query(url, 'SELECT 1');
      return true;
    } catch {
      await delay(PROBE_EVERY_MS);
    }
  }
  return false;
}

/** A server someone else runs; its user must be allowed to create databases. */
export function externalPostgres(databaseUrl: string): Postgres {
  const url = (name: string): string => {
    const other = new URL(databaseUrl);
    other.pathname = `/${name}`;
    return other.href;
  };
  return { url, createDatabase: (name) => createDatabase(databaseUrl, name), countFreeConnections: () => countFreeConnections(databaseUrl) };
}

/**
 * Starts the embedded PostgreSQL of a data directory on 127.0.0.1 and waits until it answers; creates it the first time.
 * No Unix socket: its path would be limited to 107 bytes and its directory would be one more thing to guard.
 * @param maxConnections how many connections it takes at once
 * @throws DeploymentError POSTGRES_BINARIES_MISSING, POSTGRES_START_FAILED
 */
export async function startPostgres(data: DataDirectory, maxConnections = DEFAULT_CONNECTIONS): Promise<Postgres> {
  const binaries = preparePostgresBinaries();
  const directory = clusterDirectory(data.path);
  const cluster = join(directory, 'cluster');
  const password = readFileSync(data.secretFile('postgres-password'), 'utf8');
  reachableDirectory(directory, binaries);
  if (!existsSync(cluster)) await initialise(directory, binaries, password);

  for (let attempt = 1; ; attempt += 1) {
    removeStalePid(cluster);
    const port = await data.port('postgres');
    const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', max_connections: maxConnections, fsync: 'on' };
    const child = startChild({
      name: 'postgres',
      command: binaries.postgres,
      args: ['-D', cluster, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${String(value)}`])],
      env: MINIMAL_ENVIRONMENT,
      cwd: directory,
      logFile: data.at('logs', 'postgres.log'),
      // Fast shutdown: sessions are ended, data are written. SIGTERM would wait for every session.
      stopSignal: 'SIGINT',
      ...(binaries.runAs === undefined ? {} : { runAs: binaries.runAs }),
    });
    data.remember(child);
    const url = (name: string): string => `postgres://${SUPERUSER}:${password}@127.0.0.1:${String(port)}/${name}`;
    if (await isReady(child, url('postgres'))) return { ...externalPostgres(url('postgres')), child };
    await child.stop(1000);
    if (attempt === ATTEMPTS) {
      throw new DeploymentError('POSTGRES_START_FAILED', `PostgreSQL ${describeExit(await child.exited)}; the end of its log:\n${child.logTail()}`);
    }
    // Sessions of a killed server may hold its shared memory for a moment longer.
    await delay(1000);
  }
}
