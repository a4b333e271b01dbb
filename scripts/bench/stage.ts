import { rm } from 'node:fs/promises';
import pg from 'pg';
import { packageCache } from '../../deploy/embedded/checkout.js';
import { adapterService, hubService, localSystemService, type Connections } from '../../deploy/embedded/country-services.js';
import { openDataDirectory } from '../../deploy/embedded/data-directory.js';
import { findProgram, NATS_SERVER, programPath } from '../../deploy/embedded/debian-package.js';
import { startNats } from '../../deploy/embedded/nats.js';
import { openPki } from '../../deploy/embedded/pki.js';
import { clusterDirectory, startPostgres } from '../../deploy/embedded/postgres.js';
import type { ProvinceSeat } from '../../deploy/embedded/province-seat.js';
import { startService, type RunningService } from '../../deploy/embedded/service.js';
import { openParties, type HubParties } from '../clients/hub-client.js';
import { pinProcess } from './pin.js';

/** The processor of what is measured. */
export const MEASURED_CPU = 0;
/** The processor of everything else: load generators, PostgreSQL, NATS. */
export const OTHER_CPU = 1;

/** A province with a real adapter, for local codes. */
export const LOCAL_PROVINCE: ProvinceSeat = { slug: 'shanghai', code: '310000' };
/** A province that only the benchmark signs for. */
export const BENCH_PROVINCE: ProvinceSeat = { slug: 'tianjin', code: '120000' };

const TIMEOUT_MS = 10_000;
/** More than one machine can ask. */
const NO_LIMIT = '100000000/s';

/** The real parts the figures are measured on, from an empty data directory. */
export interface Stage {
  readonly connections: Connections;
  /** Ways in to the hub of this stage, each with its own certificate. */
  readonly openParties: (hubAddress: string) => HubParties;
  /**
   * Starts the hub on {@link MEASURED_CPU}: with a further port without TLS, since h2load can show no certificate, and with no
   * limit that would end a load run.
   */
  readonly startHub: () => Promise<RunningService>;
  /** `host:port` of that further port. */
  readonly plaintext: string;
  readonly stopHub: () => Promise<void>;
  readonly startLocalProvince: (hubAddress: string) => Promise<{ /** `host:port`. */ readonly localSystem: string }>;
  /** Runs one query on the hub's database. */
  readonly queryHub: (sql: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;
  readonly close: () => Promise<void>;
}

/** Starts PostgreSQL and NATS on {@link OTHER_CPU}, below `dataPath`, which is emptied before and after. */
export async function openStage(dataPath: string, announce: (line: string) => void): Promise<Stage> {
  const empty = async (): Promise<void> => {
    await rm(clusterDirectory(dataPath), { recursive: true, force: true });
    await rm(dataPath, { recursive: true, force: true });
  };
  await empty();
  const data = await openDataDirectory(dataPath);
  const provinces = [LOCAL_PROVINCE, BENCH_PROVINCE];
  const program = await findProgram(NATS_SERVER, { cache: packageCache(), path: programPath(process.env['PATH']), announce });
  const postgres = await startPostgres(data);
  const codes = provinces.map(({ code }) => code);
  const nats = await startNats(data, program, codes);
  for (const child of [postgres.child, nats.child]) if (child?.pid !== undefined) pinProcess(child.pid, OTHER_CPU);
  const connections: Connections = { data, postgres, nats, pki: await openPki(data, codes) };
  let hub: RunningService | undefined;
  const plaintext = `127.0.0.1:${String(await data.port('hub-plaintext'))}`;
  const settings = { LOG_LEVEL: 'info', VERIFY_LIMIT: NO_LIMIT, PLAINTEXT_ADDRESS: plaintext, PLAINTEXT_PROVINCE: BENCH_PROVINCE.code };

  const startPinned = async (service: Parameters<typeof startService>[0], cpu: number): Promise<RunningService> => {
    const running = await startService(service, data);
    pinProcess(running.ready.pid, cpu);
    return running;
  };
  const stopHub = async (): Promise<void> => {
    await hub?.child.stop(10_000);
    hub = undefined;
  };
  return {
    connections,
    openParties: (grpc) => openParties({ grpc, dataPath }, codes, TIMEOUT_MS),
    plaintext,
    startHub: async () => (hub = await startPinned({ ...(await hubService(connections, provinces, settings)), entry: 'hub/dist/bench-main.js' }, MEASURED_CPU)),
    stopHub,
    startLocalProvince: async (hubAddress) => {
      // Both are described before one runs: a port is handed out again only while it is free.
      const localSystem = await localSystemService(connections, LOCAL_PROVINCE);
      const adapter = await adapterService(connections, LOCAL_PROVINCE, hubAddress, {});
      const { ready } = await startPinned(localSystem, OTHER_CPU);
      await startPinned(adapter, OTHER_CPU);
      return { localSystem: ready.http ?? '' };
    },
    queryHub: async (sql, values = []) => {
      const client = new pg.Client({ connectionString: postgres.url('health_code_hub') });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
      } finally {
        await client.end();
      }
    },
    close: async () => {
      for (const child of [...data.children()].reverse()) await child.stop(5000);
      data.release();
      await empty();
    },
  };
}
