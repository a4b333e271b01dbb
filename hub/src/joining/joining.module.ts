import { Module } from '@nestjs/common';
import type { HubConfig } from '../config.js';
import { GovernanceModule } from '../governance/governance.module.js';
import { ProvinceRequests } from '../governance/province-requests.js';
import type { HubKeys } from '../identity/hub-keys.js';
import { openNatsUserMint, type MintNatsUser } from '../platform/nats-user-mint.js';
import { PackageRepository } from '../package/package-repository.js';
import { PackageRepositoryModule } from '../package/package-repository.module.js';
import { HUB_CONFIG, HUB_KEYS } from '../platform/tokens.js';
import { RegistryLoader } from '../registry/registry-loader.js';
import { RegistryModule } from '../registry/registry.module.js';
import { CertificateStore } from './certificate.store.js';
import { ChallengeStore } from './challenge.store.js';
import { CredentialStore } from './credential.store.js';
import { EnrolmentService } from './enrolment.grpc.js';
import { EventLogStore } from './event-log.store.js';
import { InvitationStore } from './invitation.store.js';
import { LiveMembers } from './live-members.js';
import { MemberAuthority } from './member-authority.js';
import { MembersModule } from './members.module.js';
import { MembershipService } from './membership.grpc.js';
import { StandingStore } from './standing.store.js';
import type { NewMembershipEvent } from './membership-events.js';

const seconds = (): number => Math.floor(Date.now() / 1000);

/** What is minted for provinces; opened at the start, so that a wrong file is told then. */
const MINT = Symbol('MintNatsUser');

/** The services by which provinces and checkpoints join, stay and leave. */
@Module({
  imports: [MembersModule, RegistryModule, GovernanceModule, PackageRepositoryModule],
  providers: [
    {
      provide: MemberAuthority,
      inject: [HUB_CONFIG],
      useFactory: ({ authorities, trustDomain, lifetimes }: HubConfig) =>
        MemberAuthority.open(authorities.member, { trustDomain, lifetimeMs: lifetimes.certificateMs, now: Date.now }),
    },
    { provide: MINT, inject: [HUB_CONFIG], useFactory: ({ nats }: HubConfig) => openNatsUserMint(nats) },
    {
      provide: EnrolmentService,
      inject: [HUB_CONFIG, InvitationStore, CertificateStore, MemberAuthority, EventLogStore, RegistryLoader, PackageRepository],
      useFactory: (
        { trustDomain }: HubConfig,
        store: InvitationStore,
        certificates: CertificateStore,
        authority: MemberAuthority,
        events: EventLogStore,
        loader: RegistryLoader,
        packages: PackageRepository,
      ) =>
        new EnrolmentService(
          {
            store,
            trustDomain,
            findKeyHolder: (thumbprint) => certificates.findKeyHolder(thumbprint),
            issue: (publicKey, identity) => authority.issue(publicKey, identity),
            recordRefusal: (event) => events.recordRefusal(event),
            now: seconds,
          },
          () => loader.refresh(),
          packages,
        ),
    },
    {
      provide: MembershipService,
      inject: [HUB_CONFIG, HUB_KEYS, LiveMembers, ChallengeStore, CredentialStore, CertificateStore, StandingStore, InvitationStore, EventLogStore, ProvinceRequests, MemberAuthority, MINT, RegistryLoader],
      useFactory: (
        config: HubConfig,
        hubKeys: HubKeys,
        members: LiveMembers,
        challenges: ChallengeStore,
        credentials: CredentialStore,
        certificates: CertificateStore,
        standings: StandingStore,
        invitations: InvitationStore,
        events: EventLogStore,
        governance: ProvinceRequests,
        authority: MemberAuthority,
        mintNatsUser: MintNatsUser,
        loader: RegistryLoader,
      ) => {
        const recordRefusal = (event: NewMembershipEvent): Promise<void> => events.recordRefusal(event);
        const useChallenge: ChallengeStore['use'] = (...challenge) => challenges.use(...challenge);
        return new MembershipService({
          members,
          challenges,
          credentials,
          certificates,
          standings,
          invitations,
          events,
          governance,
          keys: { store: credentials, useChallenge, findHolders: (thumbprints) => certificates.findHolders(thumbprints), governance, recordRefusal, now: seconds },
          conformance: { store: credentials, useChallenge, recordRefusal, signing: hubKeys.signing, badgeLifetimeMs: config.lifetimes.badgeMs, now: seconds },
          renewals: {
            saveRenewal: (...renewal) => credentials.saveRenewal(...renewal),
            findKeyHolder: (thumbprint) => certificates.findKeyHolder(thumbprint),
            issue: (publicKey, identity) => authority.issue(publicKey, identity),
            recordRefusal,
            trustDomain: config.trustDomain,
          },
          mintNatsUser,
          natsUserLifetimeMs: config.lifetimes.natsUserMs,
          natsUrl: config.nats.publicUrl,
          refresh: () => loader.refresh(),
          now: seconds,
        });
      },
    },
  ],
  exports: [EnrolmentService, MembershipService, MembersModule],
})
export class JoiningModule {}
