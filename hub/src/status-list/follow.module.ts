import { Module } from '@nestjs/common';
import { Guard } from '../identity/guard.js';
import { IdentityModule } from '../identity/identity.module.js';
import { PackageRepositoryModule } from '../package/package-repository.module.js';
import { PackageRepository } from '../package/package-repository.js';
import { Propagation } from '../propagation/propagation.js';
import { PropagationModule } from '../propagation/propagation.module.js';
import { FollowHandlers } from './follow.grpc.js';
import { Followers } from './followers.js';
import { StatusListEventsHttp } from './status-list-events.http.js';
import { StatusListHttp } from './status-list.http.js';
import { StatusListModule } from './status-list.module.js';
import { StatusLists } from './status-lists.js';

/** Hands the status lists on to checkpoints, and measures how long that takes. */
@Module({
  imports: [IdentityModule, PackageRepositoryModule, PropagationModule, StatusListModule],
  // The events first: their path reads like the code of a province otherwise.
  controllers: [StatusListEventsHttp, StatusListHttp],
  providers: [
    {
      provide: Followers,
      inject: [StatusLists, PackageRepository, Propagation],
      useFactory: (lists: StatusLists, packages: PackageRepository, propagation: Propagation) => {
        lists.onChange(({ held: { list: { issuer } }, changedAt }) => { propagation.recordOnline(issuer, changedAt); });
        return new Followers({ lists, packages, onApplied: (issuer, changedAt) => { propagation.recordOffline(issuer, changedAt); } });
      },
    },
    {
      provide: FollowHandlers,
      inject: [StatusLists, Followers, Guard],
      useFactory: (lists: StatusLists, followers: Followers, guard: Guard) => new FollowHandlers({ lists, followers, admitMessage: (call, path) => { guard.admitMessage(call, path); } }),
    },
  ],
  exports: [Followers, FollowHandlers],
})
export class FollowModule {}
