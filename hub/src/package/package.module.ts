import { setImmediate as turn } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { HubConfig } from '../config.js';
import { GovernanceLoader } from '../governance/governance-loader.js';
import { GovernanceModule } from '../governance/governance.module.js';
import { PolicyRegister } from '../governance/policy-register.js';
import { FeedState } from '../ingest/feed-state.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { Contests } from '../lookup/contests.js';
import { EquivocationStore } from '../lookup/equivocation.store.js';
import { Lookup } from '../lookup/lookup.js';
import { LookupModule } from '../lookup/lookup.module.js';
import type { Logger } from '../platform/logger.js';
import { HUB_CONFIG, LOGGER } from '../platform/tokens.js';
import { LiveRegistry } from '../registry/registry.js';
import { RegistryModule } from '../registry/registry.module.js';
import { describeList } from '../status-list/held-list.js';
import { StatusListModule } from '../status-list/status-list.module.js';
import { StatusLists } from '../status-list/status-lists.js';
import { AttestedVerifier } from '../verify/verify-attested.js';
import { VerifyModule } from '../verify/verify.module.js';
import { CheckReportStore } from './check-report.store.js';
import { GatherPackage } from './gather-package.js';
import { readSigningMaterial } from './package-files.js';
import { PackagePublisher } from './package-publisher.js';
import { PackageRepository } from './package-repository.js';
import { PackageRepositoryModule } from './package-repository.module.js';
import { PackageHandlers } from './package.grpc.js';
import { PackageHttp } from './package.http.js';
import { PackageSchedule } from './package.schedule.js';
import { PackageStore } from './package.store.js';
import { PackageWatch } from './package-watch.js';

const seconds = (): number => Math.floor(Date.now() / 1000);

/** 离线核验包: made, signed, published, watched, and what was verified by it. Whoever starts the hub starts {@link PackageSchedule} before callers are answered. */
@Module({
  imports: [GovernanceModule, IngestModule, LookupModule, PackageRepositoryModule, RegistryModule, StatusListModule, VerifyModule],
  controllers: [PackageHttp],
  providers: [
    {
      provide: GatherPackage,
      inject: [LiveRegistry, FeedState, PolicyRegister, Contests, AttestedVerifier, EquivocationStore, StatusLists, Lookup],
      useFactory: (
        registry: LiveRegistry,
        feeds: FeedState,
        policies: PolicyRegister,
        statements: Contests,
        judge: AttestedVerifier,
        equivocations: EquivocationStore,
        lists: StatusLists,
        lookup: Lookup,
      ) =>
        new GatherPackage({
          registry,
          feeds,
          policies,
          statements,
          takeNote: (slot, now) => judge.noteOf(slot, now),
          equivocations: (now) => equivocations.listStanding(now),
          lists: () => lists.all().map(describeList),
          ledgerEntries: () => lookup.appliedIndex + 1,
          pause: () => turn(),
          now: seconds,
          elapsed: () => performance.now(),
        }),
    },
    {
      provide: PackageWatch,
      inject: [HUB_CONFIG, PackageRepository],
      useFactory: ({ package: settings }: HubConfig, repository: PackageRepository) => new PackageWatch(settings, repository, seconds),
    },
    {
      provide: PackageSchedule,
      inject: [HUB_CONFIG, PackageRepository, DataSource, GovernanceLoader, GatherPackage, PackageWatch, LOGGER],
      useFactory: (
        { package: settings, environment }: HubConfig,
        repository: PackageRepository,
        database: DataSource,
        governance: GovernanceLoader,
        content: GatherPackage,
        watch: PackageWatch,
        logger: Logger,
      ) => {
        if (settings === undefined) return new PackageSchedule(undefined, watch, logger);
        const publisher = new PackagePublisher({
          repository,
          keeper: new PackageStore(database),
          readMaterial: (now) => readSigningMaterial(settings, now, environment),
          refresh: () => governance.refresh(),
          fingerprint: () => content.fingerprint(),
          gather: (now) => content.gather(now),
          intervalMs: settings.intervalMs,
          now: seconds,
        });
        return new PackageSchedule(publisher, watch, logger);
      },
    },
    {
      provide: PackageHandlers,
      inject: [PackageRepository, DataSource],
      useFactory: (repository: PackageRepository, database: DataSource) => new PackageHandlers({ repository, reports: new CheckReportStore(database), now: seconds }),
    },
  ],
  exports: [PackageRepositoryModule, PackageHandlers, PackageSchedule, PackageWatch],
})
export class PackageModule {}
