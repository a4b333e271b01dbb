import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { NatsConnection } from '@nats-io/transport-node';
import type { DataSource } from 'typeorm';
import { AppModule } from '../app.module.js';
import { AlarmSchedule } from '../alarm/alarm.schedule.js';
import type { HubConfig, ListenAddress } from '../config.js';
import type { Caller } from '../identity/caller.js';
import { Guard } from '../identity/guard.js';
import { openHubKeys } from '../identity/hub-keys.js';
import { ExpirySchedule } from '../governance/expiry.schedule.js';
import { GovernanceLoader } from '../governance/governance-loader.js';
import { RevocationLog } from '../governance/revocation-log.js';
import { FeedSchedule } from '../ingest/feed.schedule.js';
import { IngestConsumer } from '../ingest/ingest.consumer.js';
import { ResendSchedule } from '../ingest/resend.schedule.js';
import { CallerRefusals } from '../joining/caller-refusals.consumer.js';
import { JoiningSchedule } from '../joining/joining.schedule.js';
import { ConversionRetentionSchedule } from '../ledger/conversion-retention.schedule.js';
import { LookupSchedule } from '../lookup/lookup.schedule.js';
import { PackageSchedule } from '../package/package.schedule.js';
import { openDatabase } from './database.js';
import { EnrolmentServer } from './enrolment-server.js';
import type { GrpcService } from './grpc-handlers.js';
import { GrpcServer, PlaintextServer } from './grpc-server.js';
import { addressText } from './listen.js';
import type { Logger } from './logger.js';
import { connectNats } from './nats.js';
import { openWithin, START_PATIENCE, type Patience } from './open-within.js';
import { Readiness, READINESS } from './readiness.js';
import { logRefusals } from './refusal-log.js';
import { GRPC_SERVICES } from './tokens.js';
import { ProbeSchedule } from '../recognition/probe.schedule.js';
import { RegistryLoader } from '../registry/registry-loader.js';
import { followRegistry } from '../registry/registry.schedule.js';
import { RegistryStore } from '../registry/registry.store.js';
import { Followers } from '../status-list/followers.js';
import { StatusListSchedule } from '../status-list/status-list.schedule.js';
import { servePages } from '../web/pages.http.js';
import { WebServer } from '../web/web-server.js';

/** Largest body of a request over HTTP, in bytes: a full report of checks, twice. */
const BODY_MAX_BYTES = 64 * 1024;

/** `host:port` of each port, the chosen one where the configuration says 0. */
export interface HubAddresses {
  readonly grpc: string;
  readonly enrolment: string;
  readonly http: string;
  /** Of the port for pages, over TLS. */
  readonly web: string;
  /** Of {@link StartOptions.plaintext}. */
  readonly plaintext?: string;
}

/** A hub that answers. */
export interface RunningHub extends HubAddresses {
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

/** What no configuration can say. */
export interface StartOptions {
  /** How long to wait for PostgreSQL and NATS each. */
  readonly patience?: Patience;
  /** One more port, without TLS, whose callers are all taken for one: for measuring with a client that has no certificate. */
  readonly plaintext?: { readonly address: ListenAddress; readonly caller: Caller };
}

/**
 * Brings the hub up, each part before the ones that lean on it: a caller is answered only once the registry and the
 * ledger are in memory.
 * @throws HubError CONFIG_INVALID, DATABASE_UNAVAILABLE, NATS_UNAVAILABLE; what was opened is closed again
 */
export async function startHub(config: HubConfig, logger: Logger, options: StartOptions = {}): Promise<RunningHub> {
  const teardown = new Teardown();
  try {
    const addresses = await start(config, logger, options, teardown);
    logger.info(addresses, 'the hub answers');
    return { ...addresses, stop: () => teardown.run(logger) };
  } catch (error) {
    await teardown.run(logger);
    throw error;
  }
}

async function start(config: HubConfig, logger: Logger, { patience = START_PATIENCE, plaintext }: StartOptions, teardown: Teardown): Promise<HubAddresses> {
  teardown.add('log of refusals', logRefusals(logger));
  const hubKeys = await openHubKeys(config.hubKeyFile, config.environment);
  const database = await openWithin(patience, 'PostgreSQL', logger, () => openDatabase(config.databaseUrl, logger));
  teardown.add('PostgreSQL', () => database.destroy());
  const nats = await openWithin(patience, 'NATS', logger, () => connectNats(config.nats, logger));
  teardown.add('NATS', () => nats.close());

  let isLookupRead = false;
  const readiness = new Readiness({ ...probesOf(database, nats), lookup: () => Promise.resolve(isLookupRead) });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with({ config, hubKeys, logger, database, nats, readiness }),
    new FastifyAdapter({ bodyLimit: BODY_MAX_BYTES }),
    { logger: ['error', 'warn'], abortOnError: false },
  );
  teardown.add('HTTP', () => app.close());
  await servePages(app, config);

  const loader = app.get(RegistryLoader);
  await app.get(RegistryStore).applyAdmission(config.admitted);
  await loader.refresh();
  // Revoked keys and regional rules are known before the ledger is read and before anybody is answered.
  const governance = app.get(GovernanceLoader);
  await governance.refresh();
  teardown.add('registry', followRegistry(governance, logger));

  const feeds = app.get(FeedSchedule);
  await feeds.start();
  teardown.add('feeds', () => feeds.stop());
  const lookup = app.get(LookupSchedule);
  await lookup.start();
  isLookupRead = true;
  teardown.add('lookup', () => lookup.stop());
  const statusLists = app.get(StatusListSchedule);
  await statusLists.start();
  teardown.add('status lists', () => statusLists.stop());
  const ingest = app.get(IngestConsumer);
  ingest.start();
  teardown.add('ingest', () => ingest.stop());
  const resend = app.get(ResendSchedule);
  resend.start();
  teardown.add('resend', () => { resend.stop(); });
  const joining = app.get(JoiningSchedule);
  joining.start();
  teardown.add('retention of joining', () => joining.stop());
  const refusals = app.get(CallerRefusals);
  refusals.start();
  teardown.add('events of refused callers', () => refusals.stop());
  const retention = app.get(ConversionRetentionSchedule);
  retention.start();
  teardown.add('retention of conversions', () => retention.stop());

  const expiries = app.get(ExpirySchedule);
  expiries.start();
  teardown.add('expiry calendar', () => expiries.stop());

  const packages = app.get(PackageSchedule);
  await packages.start();
  teardown.add('offline package', () => packages.stop());

  const alarms = app.get(AlarmSchedule);
  alarms.start();
  teardown.add('alarms', () => alarms.stop());

  const grpcServer = app.get(GrpcServer);
  const grpc = await grpcServer.listen(config.grpc);
  teardown.add('gRPC', () => grpcServer.drain());
  const probing = app.get(ProbeSchedule);
  await probing.start();
  teardown.add('probing', () => probing.stop());
  const revocations = app.get(RevocationLog);
  teardown.add('streams of revocations', () => { revocations.close(); });
  const followers = app.get(Followers);
  teardown.add('followers of status lists', () => { followers.close(); });
  const enrolmentServer = app.get(EnrolmentServer);
  const enrolment = await enrolmentServer.listen(config.enrolment, config.grpc.tls);
  teardown.add('enrolment', () => enrolmentServer.drain());
  const opened = plaintext === undefined ? {} : { plaintext: await openPlaintext(app, plaintext, teardown) };
  await app.listen(config.http.port, config.http.host);
  const fastify = app.getHttpAdapter().getInstance();
  const web = await WebServer.listen(config.web, config.web.tls, (request, response) => { fastify.routing(request, response); });
  teardown.add('web', () => web.drain());
  await watchReadiness(readiness, grpcServer, logger, teardown);
  return { grpc: addressText(grpc), enrolment: addressText(enrolment), http: new URL(await app.getUrl()).host, web: addressText(web.address), ...opened };
}

async function openPlaintext(app: NestFastifyApplication, { address, caller }: NonNullable<StartOptions['plaintext']>, teardown: Teardown): Promise<string> {
  const server = new PlaintextServer(app.get<readonly GrpcService[]>(GRPC_SERVICES), app.get(Guard), caller);
  const bound = await server.listen(address);
  teardown.add('plaintext gRPC', () => server.drain());
  return addressText(bound);
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
