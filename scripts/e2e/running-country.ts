import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RECOGNITION_NODES } from '@health-code/attestation';
import { inboxPrefix, type NatsRights, type v1 } from '@health-code/messages';
import { decode } from '@nats-io/jwt';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import pg from 'pg';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { superviseCountry, type Country } from '../../deploy/embedded/country.js';
import type { DeploymentError } from '../../deploy/embedded/errors.js';
import { mintUser } from '../../deploy/embedded/nats-users.js';
import { isRoot } from '../../deploy/embedded/postgres-binaries.js';
import { clusterDirectory } from '../../deploy/embedded/postgres.js';
import { openParties, type HubClient, type Party } from '../clients/hub-client.js';
import { openStandIn, type StandIn } from '../clients/stand-in.js';

/** GB/T 2260 codes of the provinces by their slugs. */
export const CODES: Readonly<Record<string, string>> = Object.fromEntries(RECOGNITION_NODES.map(({ slug, code }) => [slug, code]));

/** What a test runs its country with. */
export interface RunningCountryOptions {
  /** Slugs. */
  readonly provinces: readonly string[];
  readonly hubSettings?: Readonly<Record<string, string>>;
  readonly adapterSettings?: Readonly<Record<string, string>>;
  /** Whether the hub probes who recognises whom; default no: what a province then attests of itself would be among what a test counts. */
  readonly hasCheckpoints?: boolean;
}

/** A country that one test file has to itself, from an empty data directory, and the ways into it. */
export interface RunningCountry extends Country {
  readonly dataPath: string;
  /** GB/T 2260 code of the province in which checkpoints stand where nothing else is said: Beijing, where it takes part, else the first. */
  readonly place: string;
  /** The connection of one party, with its own certificate; taken up again within a second. */
  readonly as: (party: Party) => HubClient;
  /** The device of the province that the request's context names; of the first one where it names none. */
  readonly checkpoint: v1.Checkpoint;
  /** The portal of the province that the request names. */
  readonly person: v1.PersonalHealthCode;
  /** As an auditor. */
  readonly ledger: v1.Ledger;
  /** Signs in to the broker with a creds text; default: what the supervisor made for `hub` or a province's code. */
  readonly signIn: (party: string, creds?: string) => Promise<NatsConnection>;
  /** Signs in to the broker with a user made for `rights`. */
  readonly signInWith: (name: string, rights: NatsRights) => Promise<NatsConnection>;
  /** The stand-in local system of a province, by slug. */
  readonly standIn: (slug: string) => StandIn;
  /** Rows of a query on the database of a process: `hub`, `adapter-<slug>`, `local-system-<slug>`. */
  readonly query: <Row extends pg.QueryResultRow>(database: string, sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  /** Content of a file below `secrets/`. */
  readonly secret: (name: string) => string;
  /** Processes that ended and that nobody had asked to end. */
  readonly ended: readonly DeploymentError[];
  readonly stop: () => Promise<void>;
}

const BUILT = ['hub/dist/main.js', 'province-adapter/dist/main.js', 'province-adapter/dist/local-system-main.js', 'province-adapter/dist/probes-main.js'];
const CALL_TIMEOUT_MS = 15_000;
const HOUR_S = 3600;
const BEIJING = '110000';

/** Starts a country of real processes below a temporary directory. */
export async function startCountry(options: RunningCountryOptions): Promise<RunningCountry> {
  for (const entry of BUILT) {
    if (!existsSync(join(checkoutDirectory(), entry))) throw new Error(`${entry} is missing: run \`npm run build\` first`);
  }
  const dataPath = mkdtempSync(join(tmpdir(), 'health-code-e2e-'));
  const ended: DeploymentError[] = [];
  const supervisor = superviseCountry({
    dataPath,
    provinces: RECOGNITION_NODES.filter(({ slug }) => options.provinces.includes(slug)),
    environment: { PATH: process.env['PATH'] },
    announce: () => undefined,
    onEnded: (failure) => ended.push(failure),
    hubSettings: options.hubSettings ?? {},
    adapterSettings: options.adapterSettings ?? {},
    hasCheckpoints: options.hasCheckpoints ?? false,
  });
  const remove = (): void => {
    for (const path of [dataPath, ...(isRoot() ? [dirname(clusterDirectory(dataPath))] : [])]) rmSync(path, { recursive: true, force: true });
  };
  let country: Country;
  try {
    country = await supervisor.start();
  } catch (error) {
    await supervisor.stop();
    remove();
    throw error;
  }
  const { addresses } = country;
  const codes = options.provinces.map((slug) => CODES[slug] ?? '');
  const place = codes.includes(BEIJING) ? BEIJING : (codes[0] ?? '');
  const parties = openParties({ grpc: addresses.hub.grpc, dataPath }, [place, ...codes], CALL_TIMEOUT_MS);
  const secret = (name: string): string => readFileSync(join(dataPath, 'secrets', name), 'utf8').trim();
  const ports = JSON.parse(readFileSync(join(dataPath, 'ports.json'), 'utf8')) as { readonly postgres: number };
  const query = async <Row extends pg.QueryResultRow>(database: string, sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> => {
    const name = `health_code_${database.replaceAll('-', '_')}`;
    const client = new pg.Client({ connectionString: `postgres://postgres:${secret('postgres-password')}@127.0.0.1:${ports.postgres}/${name}` });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  const signIn = (party: string, creds = secret(`nats/${party}.creds`)): Promise<NatsConnection> => {
    const authenticator = credsAuthenticator(new TextEncoder().encode(`${creds}\n`));
    return connect({ servers: addresses.nats, authenticator, inboxPrefix: inboxPrefix(party), maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  };
  return {
    ...country,
    dataPath,
    place,
    as: parties.as,
    checkpoint: parties.checkpoint,
    person: parties.person,
    ledger: parties.as({ role: 'auditor' }).ledger,
    signIn,
    signInWith: async (name, rights) => {
      const signer = { seed: secret('nats/account.seed'), account: decode(secret('nats/account.jwt')).sub };
      const { creds } = await mintUser(signer, { name, rights, expiresAt: Math.floor(Date.now() / 1000) + HOUR_S, isForDevelopment: true });
      return signIn(name, creds);
    },
    standIn: (slug) => openStandIn(addresses.localSystems[slug] ?? ''),
    query,
    secret,
    ended,
    stop: async () => {
      parties.close();
      await supervisor.stop();
      remove();
    },
  };
}

/** Repeats `attempt` until it succeeds: what a person does while a party is away. @throws its last error after `patienceMs` */
export async function persist<T>(attempt: () => Promise<T>, patienceMs = 60_000): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(100);
    }
  }
}
