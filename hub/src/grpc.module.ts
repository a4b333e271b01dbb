import { Module } from '@nestjs/common';
import type { HubConfig } from './config.js';
import { FeedState } from './ingest/feed-state.js';
import { IngestModule } from './ingest/ingest.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { LedgerService } from './ledger/ledger.grpc.js';
import { LedgerStore } from './ledger/ledger.store.js';
import { PersonalHealthCodeService } from './personal-health-code/personal-health-code.grpc.js';
import { PersonalHealthCodeModule } from './personal-health-code/personal-health-code.module.js';
import { GrpcServer } from './platform/grpc-server.js';
import { HUB_CONFIG } from './platform/tokens.js';
import { AdapterService } from './registry/adapter.grpc.js';
import { RegistryLoader } from './registry/registry-loader.js';
import { RegistryModule } from './registry/registry.module.js';
import { LiveRegistry } from './registry/registry.js';
import { RegistryStore } from './registry/registry.store.js';
import { CheckpointService } from './verify/checkpoint.grpc.js';
import { VerifyModule } from './verify/verify.module.js';

/** The four services on one port. */
@Module({
  imports: [RegistryModule, LedgerModule, IngestModule, VerifyModule, PersonalHealthCodeModule],
  providers: [
    {
      provide: AdapterService,
      inject: [HUB_CONFIG, RegistryStore, LiveRegistry, RegistryLoader, FeedState],
      useFactory: (config: HubConfig, store: RegistryStore, registry: LiveRegistry, loader: RegistryLoader, feeds: FeedState) =>
        new AdapterService({
          admitted: config.admitted,
          store,
          registry,
          refresh: () => loader.refresh(),
          feeds,
          now: () => Math.floor(Date.now() / 1000),
        }),
    },
    {
      provide: LedgerService,
      inject: [LedgerStore, FeedState, LiveRegistry],
      useFactory: (ledger: LedgerStore, feeds: FeedState, registry: LiveRegistry) => new LedgerService(ledger, feeds, registry),
    },
    {
      provide: GrpcServer,
      inject: [PersonalHealthCodeService, CheckpointService, AdapterService, LedgerService],
      useFactory: (...services: [PersonalHealthCodeService, CheckpointService, AdapterService, LedgerService]) => new GrpcServer(services),
    },
  ],
  exports: [GrpcServer],
})
export class GrpcModule {}
