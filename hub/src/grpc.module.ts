import { Module } from '@nestjs/common';
import type { HubConfig } from './config.js';
import { FeedState } from './ingest/feed-state.js';
import { IngestModule } from './ingest/ingest.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { LedgerService } from './ledger/ledger.grpc.js';
import { LedgerStore } from './ledger/ledger.store.js';
import { AttestationIndex } from './lookup/attestation-index.js';
import { LookupModule } from './lookup/lookup.module.js';
import { PersonalHealthCodeService } from './personal-health-code/personal-health-code.grpc.js';
import { PersonalHealthCodeModule } from './personal-health-code/personal-health-code.module.js';
import { GrpcServer } from './platform/grpc-server.js';
import { HUB_CONFIG } from './platform/tokens.js';
import { AdapterService } from './registry/adapter.grpc.js';
import { ForeignStatements } from './registry/foreign-statements.js';
import { RegistryLoader } from './registry/registry-loader.js';
import { RegistryModule } from './registry/registry.module.js';
import { LiveRegistry } from './registry/registry.js';
import { RegistryStore } from './registry/registry.store.js';
import { RiskLevelModule } from './risk-level/risk-level.module.js';
import { RiskLevelStore } from './risk-level/risk-level.store.js';
import { CheckpointService } from './verify/checkpoint.grpc.js';
import { VerifyModule } from './verify/verify.module.js';

/** The four services on one port. */
@Module({
  imports: [RegistryModule, RiskLevelModule, LedgerModule, LookupModule, IngestModule, VerifyModule, PersonalHealthCodeModule],
  providers: [
    {
      provide: ForeignStatements,
      inject: [AttestationIndex, LiveRegistry, LedgerStore],
      useFactory: (index: AttestationIndex, registry: LiveRegistry, ledger: LedgerStore) => new ForeignStatements(index, registry, ledger),
    },
    {
      provide: AdapterService,
      inject: [HUB_CONFIG, RegistryStore, LiveRegistry, RegistryLoader, FeedState, ForeignStatements, RiskLevelStore],
      useFactory: (config: HubConfig, store: RegistryStore, registry: LiveRegistry, loader: RegistryLoader, feeds: FeedState, statements: ForeignStatements, riskLevels: RiskLevelStore) =>
        new AdapterService({
          admitted: config.admitted,
          store,
          registry,
          refresh: () => loader.refresh(),
          feeds,
          statements,
          riskLevels,
          now: () => Math.floor(Date.now() / 1000),
        }),
    },
    {
      provide: LedgerService,
      inject: [LedgerStore, FeedState, LiveRegistry, RiskLevelStore],
      useFactory: (ledger: LedgerStore, feeds: FeedState, registry: LiveRegistry, riskLevels: RiskLevelStore) => new LedgerService(ledger, feeds, registry, riskLevels),
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
