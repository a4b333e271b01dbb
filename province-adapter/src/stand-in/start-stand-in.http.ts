import { randomBytes } from 'node:crypto';
import { startPushing } from './change-push.schedule.js';
import type { StandInConfig } from './config.js';
import { DocumentStore } from './document.store.js';
import { startDueCheck } from './due-check.schedule.js';
import type { LocalSystem } from './local-system.js';
import { createRiskLevelReader } from './risk-level-reader.http.js';
import { createStandIn } from './stand-in.http.js';

/** A stand-in that answers. */
export interface StartedStandIn {
  /** `host:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Opens the store, listens, and pushes where the system pushes and is told where to. */
export async function startStandIn(
  system: LocalSystem,
  config: Omit<StandInConfig, 'slug' | 'readyFile'>,
  now: () => number = Date.now,
): Promise<StartedStandIn> {
  const documents = await DocumentStore.open(config.databaseUrl, system.slug);
  const { server, running } = await createStandIn(system, {
    documents,
    now,
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    ...(config.push === undefined ? {} : { readRiskLevels: createRiskLevelReader(config.push) }),
  });
  const origin = await server.listen({ host: config.host, port: config.port });
  const stopPushing =
    config.push === undefined || running.pushBody === undefined
      ? undefined
      : startPushing(documents, running, config.push);
  const stopDueCheck =
    running.settleDue === undefined
      ? undefined
      : startDueCheck(running.settleDue.bind(running), (message, cause) => {
          console.error(`${system.slug}: ${message}`, cause);
        });
  return {
    address: new URL(origin).host,
    stop: async () => {
      await stopDueCheck?.();
      await stopPushing?.();
      await server.close();
      await documents.close();
    },
  };
}
