import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { HubConfig } from '../config.js';
import type { HubKeys } from '../identity/hub-keys.js';
import type { Logger } from '../platform/logger.js';
import { HUB_CONFIG, HUB_KEYS, LOGGER } from '../platform/tokens.js';
import { RegistryLoader } from '../registry/registry-loader.js';
import { RegistryModule } from '../registry/registry.module.js';
import { CallerRefusals } from './caller-refusals.consumer.js';
import { CertificateStore } from './certificate.store.js';
import { ChallengeStore } from './challenge.store.js';
import { CredentialStore } from './credential.store.js';
import { EventLogStore } from './event-log.store.js';
import { InvitationStore } from './invitation.store.js';
import { JoiningSchedule } from './joining.schedule.js';
import { LiveMembers } from './live-members.js';
import { MembershipStore } from './membership.store.js';
import { OperatorSteps } from './operator-steps.js';
import { RetentionStore } from './retention.store.js';
import { StandingStore } from './standing.store.js';

const seconds = (): number => Math.floor(Date.now() / 1000);

/** Who the members are: in the database, and in memory, where they change with the registry. */
@Module({
  imports: [RegistryModule],
  providers: [
    { provide: EventLogStore, inject: [DataSource], useFactory: (database: DataSource) => new EventLogStore(database) },
    { provide: MembershipStore, inject: [DataSource, EventLogStore], useFactory: (database: DataSource, events: EventLogStore) => new MembershipStore(database, events) },
    { provide: CertificateStore, inject: [DataSource, EventLogStore], useFactory: (database: DataSource, events: EventLogStore) => new CertificateStore(database, events) },
    { provide: ChallengeStore, inject: [DataSource, MembershipStore], useFactory: (database: DataSource, members: MembershipStore) => new ChallengeStore(database, members) },
    {
      provide: InvitationStore,
      inject: [DataSource, MembershipStore, CertificateStore, EventLogStore],
      useFactory: (database: DataSource, members: MembershipStore, certificates: CertificateStore, events: EventLogStore) => new InvitationStore(database, members, certificates, events),
    },
    {
      provide: CredentialStore,
      inject: [DataSource, MembershipStore, CertificateStore, EventLogStore],
      useFactory: (database: DataSource, members: MembershipStore, certificates: CertificateStore, events: EventLogStore) => new CredentialStore(database, members, certificates, events),
    },
    {
      provide: StandingStore,
      inject: [MembershipStore, CertificateStore, EventLogStore],
      useFactory: (members: MembershipStore, certificates: CertificateStore, events: EventLogStore) => new StandingStore(members, certificates, events),
    },
    {
      provide: LiveMembers,
      inject: [MembershipStore, RegistryLoader],
      useFactory: (store: MembershipStore, loader: RegistryLoader) => {
        const members = new LiveMembers();
        loader.follow(async () => { members.replace(await store.readContent()); });
        return members;
      },
    },
    {
      provide: OperatorSteps,
      inject: [InvitationStore, StandingStore, EventLogStore, RegistryLoader, HUB_KEYS],
      useFactory: (invitations: InvitationStore, keeper: StandingStore, events: EventLogStore, loader: RegistryLoader, hubKeys: HubKeys) =>
        new OperatorSteps({
          invitations,
          keeper,
          hubKeys: hubKeys.verifying,
          recordRefusal: (event) => events.recordRefusal(event),
          refresh: () => loader.refresh(),
          now: seconds,
        }),
    },
    {
      provide: CallerRefusals,
      inject: [HUB_CONFIG, EventLogStore, LOGGER],
      useFactory: ({ trustDomain }: HubConfig, events: EventLogStore, logger: Logger) =>
        new CallerRefusals({ recordRefusal: (event) => events.recordRefusal(event), logger, trustDomain, now: Date.now }),
    },
    { provide: RetentionStore, inject: [DataSource], useFactory: (database: DataSource) => new RetentionStore(database) },
    { provide: JoiningSchedule, inject: [RetentionStore, LOGGER], useFactory: (retention: RetentionStore, logger: Logger) => new JoiningSchedule(retention, logger) },
  ],
  exports: [EventLogStore, MembershipStore, CertificateStore, ChallengeStore, InvitationStore, CredentialStore, StandingStore, LiveMembers, OperatorSteps, JoiningSchedule, CallerRefusals],
})
export class MembersModule {}
