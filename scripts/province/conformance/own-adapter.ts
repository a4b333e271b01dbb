import { fileURLToPath } from 'node:url';
import type { Province } from '@health-code/attestation';
import { adapterService, localSystemService } from '../../../deploy/embedded/country-services.js';
import { DeploymentError } from '../../../deploy/embedded/errors.js';
import { startService } from '../../../deploy/embedded/service.js';
import { localSystemSettings, type OwnLocalSystem } from '../local-system.js';
import { startFaultProxy, type FaultPlayer } from './fault-proxy.js';
import { openFolderFaults } from './folder-faults.js';
import type { Closing, Ground } from './ground.js';

/** An adapter of this repository, started for the kit beside the local system it speaks to. */
export interface OwnAdapter {
  readonly proxy: FaultPlayer;
  /** Origin of the local system itself, past the proxy. */
  readonly localSystem: string;
}

/** What an adapter of this repository is started with. */
export interface OwnAdapterOptions {
  readonly province: Province;
  readonly ground: Ground;
  readonly hubAddress: string;
  /** The province's own local system under test; its stand-in where absent. */
  readonly localSystem: OwnLocalSystem | undefined;
  readonly closing: Closing;
}

/** Shorter than ever in a province: the kit waits for each of them. */
const HASTE = { LOCAL_SYSTEM_TIMEOUT: '900ms', HEARTBEAT_INTERVAL: '300ms', POLL_INTERVAL: '250ms' } as const;

/**
 * Starts database, local system, proxy and adapter. The adapter gets keys made for this run: what it signs here must be worth
 * nothing anywhere else.
 *
 * @throws DeploymentError with the end of the log of what could not be started
 */
export async function startOwnAdapter({ province, ground, hubAddress, localSystem, closing }: OwnAdapterOptions): Promise<OwnAdapter> {
  const { data } = ground;
  if (ground.postgres === undefined) throw new DeploymentError('POSTGRES_START_FAILED', 'an adapter of this repository needs a database');
  const connections = { ...ground, postgres: ground.postgres };
  const standIn = localSystem === undefined ? await localSystemService(connections, province) : undefined;
  const origin = localSystem?.url ?? `http://${standIn?.env['HTTP_ADDRESS'] ?? ''}`;
  const adapter = await adapterService(connections, province, hubAddress, { ...HASTE, ...(localSystem === undefined ? {} : localSystemSettings(localSystem)) });
  const url = new URL(adapter.env['LOCAL_SYSTEM_URL'] ?? origin);
  const isFolder = localSystem === undefined && url.protocol === 'file:';
  const overHttp = isFolder ? undefined : await startFaultProxy(origin, await data.port('fault-proxy'));
  const proxy: FaultPlayer = overHttp ?? openFolderFaults(fileURLToPath(url));
  closing.push(() => proxy.stop());
  const env = { ...adapter.env, ...(overHttp === undefined ? {} : { LOCAL_SYSTEM_URL: overHttp.origin }) };
  // Neither waits for the other: an adapter registers while its local system is still away.
  await Promise.all([startService({ ...adapter, env }, data), ...(standIn === undefined ? [] : [startService(standIn, data)])]);
  return { proxy, localSystem: origin };
}
