import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { RECOGNITION_NODES } from '@health-code/attestation';
import pg from 'pg';
import { superviseCountry, type Country } from '../../deploy/embedded/country.js';
import { isRoot } from '../../deploy/embedded/postgres-binaries.js';
import { clusterDirectory } from '../../deploy/embedded/postgres.js';
import { openParties, type HubParties } from '../clients/hub-client.js';
import { openStandIn, type StandIn } from '../clients/stand-in.js';

/** Provinces of the story, by what they are to it. Slug and GB/T 2260 code. */
export const CAST = {
  /** In direct mode: its local system pushes what changes. */
  pushing: { slug: 'guizhou', code: '520000' },
  /** Its local system is polled. */
  polled: { slug: 'sichuan', code: '510000' },
  /** Where the checkpoint stands; its local system answers on demand. */
  here: { slug: 'beijing', code: '110000' },
  /** In direct mode, too. */
  other: { slug: 'hainan', code: '460000' },
} as const;

/** A country that somebody has to himself, in which every process may be killed. */
export interface OfflinePlace extends Pick<Country, 'addresses' | 'kill' | 'restart' | 'suspend' | 'resume'> {
  /** Everything it keeps. */
  readonly dataPath: string;
  /** Ways in to the hub, each with its own certificate. */
  readonly parties: HubParties;
  /** The authority of the hub's certificates, PEM. */
  readonly authority: Buffer;
  /** The stand-in local system of a province, by slug. */
  readonly standIn: (slug: string) => StandIn;
  /** Rows of a query on the database of a process: `hub`, `adapter-<slug>`. */
  readonly query: <Row extends pg.QueryResultRow>(database: string, sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  readonly stop: () => Promise<void>;
}

/** What a place is brought up with. */
export interface OfflinePlaceOptions {
  readonly announce: (line: string) => void;
  /** Default: all of {@link CAST}. */
  readonly provinces?: readonly { readonly slug: string; readonly code: string }[];
  readonly hubSettings?: Readonly<Record<string, string>>;
}

const CALL_TIMEOUT_MS = 15_000;

/** Local systems and heartbeats as often as the stand-ins themselves look for what they push. */
const ADAPTER_SETTINGS = { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' } as const;

/** Brings a small country up, from nothing, below a temporary directory. @throws DeploymentError */
export async function openOfflinePlace({ announce, provinces = Object.values(CAST), hubSettings = {} }: OfflinePlaceOptions): Promise<OfflinePlace> {
  const dataPath = mkdtempSync(join(tmpdir(), 'health-code-offline-'));
  const supervisor = superviseCountry({
    dataPath,
    provinces: RECOGNITION_NODES.filter(({ slug }) => provinces.some((province) => province.slug === slug)),
    environment: process.env,
    announce,
    onEnded: ({ message }) => announce(message),
    hubSettings: { PACKAGE_INTERVAL: '2s', ...hubSettings },
    adapterSettings: ADAPTER_SETTINGS,
    // Who probes would be counted among those who ask.
    hasCheckpoints: false,
  });
  const end = async (): Promise<void> => {
    await supervisor.stop();
    for (const path of [dataPath, ...(isRoot() ? [dirname(clusterDirectory(dataPath))] : [])]) rmSync(path, { recursive: true, force: true });
  };
  const country = await supervisor.start().catch(async (error: unknown) => {
    await end();
    throw error;
  });
  const { addresses, kill, restart, suspend, resume } = country;
  const parties = openParties({ grpc: addresses.hub.grpc, dataPath }, provinces.map(({ code }) => code), CALL_TIMEOUT_MS);
  const secret = (...path: readonly string[]): Buffer => readFileSync(join(dataPath, 'secrets', ...path));
  const { postgres } = JSON.parse(readFileSync(join(dataPath, 'ports.json'), 'utf8')) as { readonly postgres: number };
  return {
    addresses, kill, restart, suspend, resume, dataPath, parties,
    authority: secret('pki', 'server-ca.crt'),
    standIn: (slug) => openStandIn(addresses.localSystems[slug] ?? ''),
    query: async <Row extends pg.QueryResultRow>(database: string, sql: string, values: readonly unknown[] = []) => {
      const name = `health_code_${database.replaceAll('-', '_')}`;
      const client = new pg.Client({ connectionString: `postgres://postgres:${secret('postgres-password').toString().trim()}@127.0.0.1:${String(postgres)}/${name}` });
      await client.connect();
      try {
        return (await client.query<Row>(sql, [...values])).rows;
      } finally {
        await client.end();
      }
    },
    stop: async () => {
      parties.close();
      await end();
    },
  };
}
