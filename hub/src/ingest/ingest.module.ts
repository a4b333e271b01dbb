import { Module } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import type { HubConfig } from '../config.js';
import { LookupModule } from '../lookup/lookup.module.js';
import { Lookup } from '../lookup/lookup.js';
import type { Logger } from '../platform/logger.js';
import { HUB_CONFIG, LOGGER, NATS_CONNECTION } from '../platform/tokens.js';
import { Propagation } from '../propagation/propagation.js';
import { PropagationModule } from '../propagation/propagation.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { LiveRegistry } from '../registry/registry.js';
import { FeedSchedule } from './feed.schedule.js';
import { FeedState } from './feed-state.js';
import { FeedStore } from './feed.store.js';
import { IngestConsumer } from './ingest.consumer.js';
import { ResendPublisher } from './resend.publisher.js';
import { ResendSchedule } from './resend.schedule.js';

/** Provinces' attestations on their way into the ledger. Whoever starts the hub starts the three triggers, and stops them first. */
@Module({
  imports: [RegistryModule, LookupModule, PropagationModule],
  providers: [
    { provide: FeedState, useFactory: () => new FeedState() },
    {
      provide: IngestConsumer,
      inject: [HUB_CONFIG, NATS_CONNECTION, LiveRegistry, FeedState, Lookup, Propagation, LOGGER],
      useFactory: (config: HubConfig, nats: NatsConnection, ring: LiveRegistry, feeds: FeedState, lookup: Lookup, propagation: Propagation, logger: Logger) =>
        new IngestConsumer({
          databaseUrl: config.databaseUrl,
          nats,
          ring,
          feeds,
          onCommitted: (entries) => {
            lookup.append(entries);
          },
          onChange: (issuer, changedAt) => { propagation.recordOnline(issuer, changedAt); },
          logger,
          now: Date.now,
        }),
    },
    {
      provide: FeedSchedule,
      inject: [FeedState, DataSource, LOGGER],
      useFactory: (feeds: FeedState, database: DataSource, logger: Logger) => new FeedSchedule(feeds, new FeedStore(database), logger),
    },
    {
      provide: ResendSchedule,
      inject: [IngestConsumer, FeedState, NATS_CONNECTION, HUB_CONFIG, LOGGER],
      useFactory: (ingest: IngestConsumer, feeds: FeedState, nats: NatsConnection, config: HubConfig, logger: Logger) => {
        const publisher = new ResendPublisher(nats, config.callTimeoutMs);
        const ports = {
          issuers: () => feeds.snapshot().map(({ issuer }) => issuer),
          missing: ingest.missing.bind(ingest),
          caughtUpAt: ingest.caughtUpAt.bind(ingest),
          request: publisher.request.bind(publisher),
        };
        return new ResendSchedule(ports, logger, Date.now);
      },
    },
  ],
  exports: [FeedState, IngestConsumer, FeedSchedule, ResendSchedule],
})
export class IngestModule {}
