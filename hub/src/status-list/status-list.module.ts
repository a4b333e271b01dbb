import { Module } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import type { HubConfig } from '../config.js';
import type { Logger } from '../platform/logger.js';
import { HUB_CONFIG, LOGGER, NATS_CONNECTION } from '../platform/tokens.js';
import { RegistryModule } from '../registry/registry.module.js';
import { LiveRegistry } from '../registry/registry.js';
import { StatusListKeeper } from './keep-status-lists.js';
import { SavedStatusLists } from './saved-status-lists.js';
import { StatusListConsumer } from './status-list.consumer.js';
import { StatusListRequests } from './status-list-request.publisher.js';
import { StatusListSchedule } from './status-list.schedule.js';
import { PgStatusListStore } from './status-list.store.js';
import { StatusLists } from './status-lists.js';

/** The provinces' status lists in memory. Whoever starts the hub starts {@link StatusListSchedule} before anybody is answered. */
@Module({
  imports: [RegistryModule],
  providers: [
    { provide: StatusLists, useFactory: () => new StatusLists() },
    {
      provide: StatusListRequests,
      inject: [NATS_CONNECTION, HUB_CONFIG],
      useFactory: (nats: NatsConnection, { callTimeoutMs }: HubConfig) => new StatusListRequests(nats, callTimeoutMs),
    },
    {
      provide: StatusListKeeper,
      inject: [StatusLists, LiveRegistry, StatusListRequests],
      useFactory: (lists: StatusLists, ring: LiveRegistry, requests: StatusListRequests) =>
        new StatusListKeeper({ lists, ring, request: (issuer, uri) => requests.whole(issuer, uri), now: () => Math.floor(Date.now() / 1000) }),
    },
    {
      provide: StatusListConsumer,
      inject: [NATS_CONNECTION, StatusListKeeper, LOGGER],
      useFactory: (nats: NatsConnection, keeper: StatusListKeeper, logger: Logger) => new StatusListConsumer({ nats, keeper, logger }),
    },
    {
      provide: StatusListSchedule,
      inject: [StatusLists, StatusListKeeper, StatusListConsumer, StatusListRequests, LiveRegistry, DataSource, NATS_CONNECTION, LOGGER],
      useFactory: (
        lists: StatusLists,
        keeper: StatusListKeeper,
        consumer: StatusListConsumer,
        requests: StatusListRequests,
        registry: LiveRegistry,
        database: DataSource,
        nats: NatsConnection,
        logger: Logger,
      ) =>
        new StatusListSchedule({
          lists,
          saved: new SavedStatusLists(new PgStatusListStore(database), logger),
          keeper,
          consumer,
          requests,
          provinces: () => registry.provinces().filter(({ standing, registered }) => standing !== 'left' && registered).map(({ code }) => code),
          nats,
          logger,
        }),
    },
  ],
  exports: [StatusLists, StatusListSchedule],
})
export class StatusListModule {}
