import { Module } from '@nestjs/common';
import { AlarmModule } from './alarm/alarm.module.js';
import { RateLimits } from './identity/rate-limits.js';
import { Guard } from './identity/guard.js';
import type { HubKeys } from './identity/hub-keys.js';
import type { ParseCertificate } from './identity/identify-caller.js';
import { GovernanceModule } from './governance/governance.module.js';
import { OperatorService } from './governance/operator.grpc.js';
import { RevocationHandlers } from './governance/revocations.grpc.js';
import { IdentityModule, PARSE_CERTIFICATE } from './identity/identity.module.js';
import { FeedState } from './ingest/feed-state.js';
import { IngestModule } from './ingest/ingest.module.js';
import { EnrolmentService } from './joining/enrolment.grpc.js';
import { JoiningModule } from './joining/joining.module.js';
import { MembershipService } from './joining/membership.grpc.js';
import { LedgerModule } from './ledger/ledger.module.js';
import { LedgerService } from './ledger/ledger.grpc.js';
import { LedgerStore } from './ledger/ledger.store.js';
import { AttestationIndex } from './lookup/attestation-index.js';
import { LookupModule } from './lookup/lookup.module.js';
import { PackageHandlers } from './package/package.grpc.js';
import { PackageModule } from './package/package.module.js';
import { PersonalHealthCodeService } from './personal-health-code/personal-health-code.grpc.js';
import { PersonalHealthCodeModule } from './personal-health-code/personal-health-code.module.js';
import type { GrpcService } from './platform/grpc-handlers.js';
import { identifyByCertificate } from './platform/grpc-peer.js';
import { GrpcServer } from './platform/grpc-server.js';
import { EnrolmentServer } from './platform/enrolment-server.js';
import { ENROLMENT_SERVICE, GRPC_SERVICES, HUB_KEYS } from './platform/tokens.js';
import { PropagationHandlers } from './propagation/propagation.grpc.js';
import { PropagationModule } from './propagation/propagation.module.js';
import { RecognitionService } from './recognition/recognition.grpc.js';
import { RecognitionModule } from './recognition/recognition.module.js';
import { AdapterService } from './registry/adapter.grpc.js';
import { ForeignStatements } from './registry/foreign-statements.js';
import { RegistryLoader } from './registry/registry-loader.js';
import { RegistryModule } from './registry/registry.module.js';
import { LiveRegistry } from './registry/registry.js';
import { RegistryStore } from './registry/registry.store.js';
import { RiskLevelModule } from './risk-level/risk-level.module.js';
import { RiskLevelStore } from './risk-level/risk-level.store.js';
import { FollowHandlers } from './status-list/follow.grpc.js';
import { FollowModule } from './status-list/follow.module.js';
import { StatusListModule } from './status-list/status-list.module.js';
import { StatusLists } from './status-list/status-lists.js';
import { CheckpointService } from './verify/checkpoint.grpc.js';
import { VerifyModule } from './verify/verify.module.js';

/** The services: those for whoever has a certificate, on one port behind the guard. */
@Module({
  imports: [AlarmModule, FollowModule, StatusListModule, PropagationModule, JoiningModule, RecognitionModule, GovernanceModule, IdentityModule, RegistryModule, RiskLevelModule, LedgerModule, LookupModule, IngestModule, VerifyModule, PackageModule, PersonalHealthCodeModule],
  providers: [
    {
      provide: ForeignStatements,
      inject: [AttestationIndex, LiveRegistry, StatusLists, LedgerStore],
      useFactory: (index: AttestationIndex, registry: LiveRegistry, lists: StatusLists, ledger: LedgerStore) => new ForeignStatements(index, registry, lists, ledger),
    },
    {
      provide: AdapterService,
      inject: [RegistryStore, LiveRegistry, RegistryLoader, FeedState, ForeignStatements, RiskLevelStore],
      useFactory: (store: RegistryStore, registry: LiveRegistry, loader: RegistryLoader, feeds: FeedState, statements: ForeignStatements, riskLevels: RiskLevelStore) =>
        new AdapterService({
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
      inject: [LedgerStore, FeedState, LiveRegistry, RiskLevelStore, HUB_KEYS],
      useFactory: (ledger: LedgerStore, feeds: FeedState, registry: LiveRegistry, riskLevels: RiskLevelStore, hubKeys: HubKeys) =>
        new LedgerService(ledger, feeds, registry, riskLevels, hubKeys.jwks),
    },
    {
      provide: GRPC_SERVICES,
      inject: [
        RevocationHandlers, PackageHandlers, FollowHandlers, PropagationHandlers, CheckpointService, LedgerService, RecognitionService, PersonalHealthCodeService, AdapterService,
        MembershipService, OperatorService,
      ],
      // What was signed with a revoked key is told by two services, and known in one place.
      useFactory: (
        revocations: RevocationHandlers,
        packages: PackageHandlers,
        followed: FollowHandlers,
        propagation: PropagationHandlers,
        checkpoint: CheckpointService,
        ledger: LedgerService,
        recognition: RecognitionService,
        ...others: readonly GrpcService[]
      ): readonly GrpcService[] => [
        { definition: checkpoint.definition, handlers: { ...checkpoint.handlers, ...packages.handlers, WatchRevocations: revocations.watch, FollowStatusLists: followed.follow } },
        { definition: recognition.definition, handlers: { ...recognition.handlers, GetPropagation: propagation.getPropagation } },
        { definition: ledger.definition, handlers: { ...ledger.handlers, ListKeyEntries: revocations.listKeyEntries } },
        ...others,
      ],
    },
    {
      provide: GrpcServer,
      inject: [GRPC_SERVICES, Guard, PARSE_CERTIFICATE],
      useFactory: (services: readonly GrpcService[], guard: Guard, parse: ParseCertificate) => new GrpcServer(services, guard, identifyByCertificate(parse)),
    },
    { provide: ENROLMENT_SERVICE, useExisting: EnrolmentService },
    {
      provide: EnrolmentServer,
      inject: [ENROLMENT_SERVICE, RateLimits],
      useFactory: (service: GrpcService, limits: RateLimits) => new EnrolmentServer(service, limits),
    },
  ],
  exports: [GrpcServer, EnrolmentServer, GRPC_SERVICES],
})
export class GrpcModule {}
