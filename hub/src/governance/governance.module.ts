import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EventLogStore } from '../joining/event-log.store.js';
import { LiveMembers } from '../joining/live-members.js';
import { MembersModule } from '../joining/members.module.js';
import { MembershipStore } from '../joining/membership.store.js';
import { OperatorSteps } from '../joining/operator-steps.js';
import { AttestationIndex } from '../lookup/attestation-index.js';
import { LookupModule } from '../lookup/lookup.module.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/tokens.js';
import { RegistryLoader } from '../registry/registry-loader.js';
import { RegistryModule } from '../registry/registry.module.js';
import { ActionStore } from './action.store.js';
import { ExpirySchedule } from './expiry.schedule.js';
import { ExpiryStore } from './expiry.store.js';
import { GovernanceLoader } from './governance-loader.js';
import { KeyRevocationStore } from './key-revocation.store.js';
import { markRevoked } from './mark-revoked.js';
import { OperatorService } from './operator.grpc.js';
import { Policies } from './policies.js';
import { PolicyRegister } from './policy-register.js';
import { PolicyRegisterModule } from './policy-register.module.js';
import { PolicyStore } from './policy.store.js';
import { ProvinceRequests } from './province-requests.js';
import { RevocationLog } from './revocation-log.js';
import { RevocationHandlers } from './revocations.grpc.js';
import { RevokedKeys } from './revoked-keys.js';
import { RevokedKeysModule } from './revoked-keys.module.js';

const seconds = (): number => Math.floor(Date.now() / 1000);

/** What needs operators, what provinces ask for beyond the floor, what ends, and what reaches back. Whoever starts the hub starts loader and schedule. */
@Module({
  imports: [MembersModule, RegistryModule, LookupModule, PolicyRegisterModule, RevokedKeysModule],
  providers: [
    {
      provide: PolicyStore,
      inject: [DataSource, EventLogStore],
      useFactory: (database: DataSource, events: EventLogStore) => new PolicyStore(database, events),
    },
    {
      provide: ActionStore,
      inject: [DataSource, EventLogStore, MembershipStore],
      useFactory: (database: DataSource, events: EventLogStore, members: MembershipStore) => new ActionStore(database, events, members),
    },
    {
      provide: KeyRevocationStore,
      inject: [DataSource, EventLogStore, MembershipStore],
      useFactory: (database: DataSource, events: EventLogStore, members: MembershipStore) => new KeyRevocationStore(database, events, members),
    },
    { provide: ExpiryStore, inject: [DataSource, EventLogStore], useFactory: (database: DataSource, events: EventLogStore) => new ExpiryStore(database, events) },
    { provide: RevocationLog, useFactory: () => new RevocationLog() },
    {
      provide: GovernanceLoader,
      inject: [RegistryLoader, PolicyStore, KeyRevocationStore, PolicyRegister, RevocationLog, AttestationIndex],
      useFactory: (registry: RegistryLoader, policies: PolicyStore, revocations: KeyRevocationStore, register: PolicyRegister, log: RevocationLog, index: AttestationIndex) =>
        new GovernanceLoader({
          refreshRegistry: () => registry.refresh(),
          readRevision: () => revocations.revision(),
          readPolicies: () => policies.readApproved(),
          readRevocations: () => revocations.list(),
          policies: register,
          log,
          mark: (revocation) => markRevoked(revocation, index, revocations),
        }),
    },
    {
      provide: Policies,
      inject: [PolicyStore, LiveMembers, GovernanceLoader],
      useFactory: (keeper: PolicyStore, members: LiveMembers, loader: GovernanceLoader) =>
        new Policies({ keeper, isMember: (code) => (members.find(code)?.state ?? 'left') !== 'left', refresh: () => loader.refresh(), now: seconds }),
    },
    {
      provide: ProvinceRequests,
      inject: [Policies, ActionStore, KeyRevocationStore, ExpiryStore, GovernanceLoader],
      useFactory: (policies: Policies, actions: ActionStore, revocations: KeyRevocationStore, expiries: ExpiryStore, loader: GovernanceLoader) =>
        new ProvinceRequests({
          policies,
          proposeKeys: (...keys) => actions.proposeKeys(...keys),
          findKeyAction: (province) => actions.findKeyAction(province),
          revoke: (...revocation) => revocations.revoke(...revocation),
          expiriesOf: (province) => expiries.listOf(province),
          refresh: () => loader.refresh(),
          now: Date.now,
        }),
    },
    {
      provide: RevocationHandlers,
      inject: [RevocationLog, KeyRevocationStore, RevokedKeys],
      useFactory: (source: RevocationLog, entries: KeyRevocationStore, revoked: RevokedKeys) =>
        new RevocationHandlers({ source, entries, isRevoked: (kid, at) => revoked.isRevoked(kid, at) }),
    },
    {
      provide: OperatorService,
      inject: [OperatorSteps, ActionStore, Policies, LiveMembers, ExpiryStore, EventLogStore, GovernanceLoader],
      useFactory: (admissions: OperatorSteps, actions: ActionStore, policies: Policies, members: LiveMembers, expiries: ExpiryStore, events: EventLogStore, loader: GovernanceLoader) =>
        new OperatorService({
          admissions,
          actions,
          policies,
          members,
          expiries: () => expiries.list(),
          events: (afterId, limit) => events.list(afterId, limit),
          refresh: () => loader.refresh(),
          now: seconds,
        }),
    },
    {
      provide: ExpirySchedule,
      inject: [ExpiryStore, ActionStore, LOGGER],
      useFactory: (expiries: ExpiryStore, actions: ActionStore, logger: Logger) =>
        new ExpirySchedule({ list: () => expiries.list(), record: (notices) => expiries.record(notices), expireActions: (now) => actions.expire(now), logger, now: seconds }),
    },
  ],
  exports: [PolicyRegisterModule, PolicyStore, GovernanceLoader, OperatorService, ProvinceRequests, RevocationHandlers, RevocationLog, ExpirySchedule],
})
export class GovernanceModule {}
