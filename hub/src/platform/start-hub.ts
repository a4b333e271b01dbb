import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { NatsConnection } from '@nats-io/transport-node';
import type { DataSource } from 'typeorm';
import { AppModule } from '../app.module.js';
import type { HubConfig, ListenAddress } from '../config.js';
import { FeedSchedule } from '../ingest/feed.schedule.js';
import { IngestConsumer } from '../ingest/ingest.consumer.js';
import { ResendSchedule } from '../ingest/resend.schedule.js';
import { ConversionRetentionSchedule } from '../ledger/conversion-retention.schedule.js';
import { LookupSchedule } from '../lookup/lookup.schedule.js';
import { openDatabase } from './database.js';
import { FAULTS, type Fault } from './grpc-handlers.js';
import { GrpcServer } from './grpc-server.js';
import type { Logger } from './logger.js';
import { connectNats } from './nats.js';
import { openWithin, START_PATIENCE, type Patience } from './open-within.js';
import { Readiness, READINESS } from './readiness.js';
import { RegistryLoader } from '../registry/registry-loader.js';
import { followRegistry } from '../registry/registry.schedule.js';
import { RegistryStore } from '../registry/registry.store.js';

/** A hub that answers. */
export interface RunningHub {
  /** `host:port` of each port, the chosen one where the configuration says 0. */
  readonly grpc: string;
  readonly http: string;
  /** Drains, then closes everything in the reverse order of the start. Never rejects; what fails to close is logged. */
  stop(): Promise<void>;
}

/** Undoes the steps of a start, last one first, whether the start was completed or not. */
class Teardown {
  readonly #steps: { readonly what: string; readonly undo: () => Promise<void> | void }[] = [];

  /** `undo` is called before the ones added so far. */
  add(what: string, undo: () => Promise<void> | void): void {
    this.#steps.unshift({ what, undo });
  }

  async run(logger: Logger): Promise<void> {
    for (const { what, undo } of this.#steps.splice(0)) {
      try {
        await undo();
      } catch (error) {
        logger.error({ err: error }, `${what} did not close cleanly`);
      }
    }
  }
}

const at = ({ host, port }: ListenAddress): string => (host.includes(':') ? `[${host}]:${String(port)}` : `${host}:${String(port)}`);

/**
 * Brings the hub up, each part before the ones that lean on it: a caller is answered only once the registry and the
 * ledger are in memory. Waits `patience` for PostgreSQL and NATS each.
 * @throws HubError DATABASE_UNAVAILABLE, NATS_UNAVAILABLE; what was opened is closed again
 */
export async function startHub(config: HubConfig, logger: Logger, patience: Patience = START_PATIENCE): Promise<RunningHub> {
  const teardown = new Teardown();
  try {
    const addresses = await start(config, logger, patience, teardown);
    logger.info(addresses, 'the hub answers');
    return { ...addresses, stop: () => teardown.run(logger) };
  } catch (error) {
    await teardown.run(logger);
    throw error;
  }
}

async function start(config: HubConfig, logger: Logger, patience: Patience, teardown: Teardown): Promise<{ readonly grpc: string; readonly http: string }> {
  logFaults(logger, teardown);
  const database = await openWithin(patience, 'PostgreSQL', logger, () => openDatabase(config.databaseUrl, logger));
  teardown.add('PostgreSQL', () => database.destroy());
  const nats = await openWithin(patience, 'NATS', logger, () => connectNats(config.nats, logger));
  teardown.add('NATS', () => nats.close());

  let isLookupRead = false;
  const readiness = new Readiness({ ...probesOf(database, nats), lookup: () => Promise.resolve(isLookupRead) });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with({ config, logger, database, nats, readiness }),
    new FastifyAdapter(),
    { logger: ['error', 'warn'], abortOnError: false },
  );
  teardown.add('HTTP', () => app.close());

  const loader = app.get(RegistryLoader);
  await app.get(RegistryStore).applyAdmission(config.admitted);
  await loader.refresh();
  teardown.add('registry', followRegistry(loader, logger));

  const feeds = app.get(FeedSchedule);
  await feeds.start();
  teardown.add('feeds', () => feeds.stop());
  const lookup = app.get(LookupSchedule);
  await lookup.start();
  isLookupRead = true;
  teardown.add('lookup', () => lookup.stop());
  const ingest = app.get(IngestConsumer);
  ingest.start();
  teardown.add('ingest', () => ingest.stop());
  const resend = app.get(ResendSchedule);
  resend.start();
  teardown.add('resend', () => { resend.stop(); });
  const retention = app.get(ConversionRetentionSchedule);
  retention.start();
  teardown.add('retention of conversions', () => retention.stop());

  const grpcServer = app.get(GrpcServer);
  const grpc = await grpcServer.listen(config.grpc);
  teardown.add('gRPC', () => grpcServer.drain());
  await app.listen(config.http.port, config.http.host);
  await watchReadiness(readiness, grpcServer, logger, teardown);
  return { grpc: at(grpc), http: new URL(await app.getUrl()).host };
}

function logFaults(logger: Logger, teardown: Teardown): void {
  const log = (message: unknown): void => {
    const { method, error } = message as Fault;
    logger.error({ method, err: error }, 'a call failed by a fault of the hub');
  };
  subscribe(FAULTS, log);
  teardown.add('fault log', () => { unsubscribe(FAULTS, log); });
}

const probesOf = (database: DataSource, nats: NatsConnection) => ({
  database: async (): Promise<boolean> => {
    await database.query('SELECT 1');
    return true;
  },
  nats: async (): Promise<boolean> => {
    await nats.rtt();
    return true;
  },
});

async function watchReadiness(readiness: Readiness, server: GrpcServer, logger: Logger, teardown: Teardown): Promise<void> {
  const round = async (): Promise<void> => {
    const before = readiness.isUp();
    await readiness.refresh();
    server.announce(readiness);
    if (before !== readiness.isUp()) logger.info(readiness.up, readiness.isUp() ? 'ready' : 'not ready');
  };
  await round();
  let turn = Promise.resolve();
  let isAsking = false;
  const timer = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    turn = round().finally(() => { isAsking = false; });
  }, READINESS.intervalMs);
  teardown.add('readiness', async () => {
    clearInterval(timer);
    await turn;
  });
}
