import { Module } from '@nestjs/common';
import type { HubConfig } from '../config.js';
import { CALLER_STANDING, HUB_CONFIG } from '../platform/tokens.js';
import { LiveMembers } from '../joining/live-members.js';
import { MembersModule } from '../joining/members.module.js';
import type { CallerStanding } from './caller-standing.js';
import { Guard } from './guard.js';
import { RateLimits } from './rate-limits.js';

/** Who calls, whether they may, and how often. */
@Module({
  imports: [MembersModule],
  providers: [
    { provide: CALLER_STANDING, useExisting: LiveMembers },
    { provide: RateLimits, inject: [HUB_CONFIG], useFactory: (config: HubConfig) => new RateLimits(config.limits) },
    {
      provide: Guard,
      inject: [CALLER_STANDING, RateLimits],
      useFactory: (standing: CallerStanding, limits: RateLimits) => new Guard({ standing, limits, now: Date.now }),
    },
  ],
  exports: [Guard, RateLimits],
})
export class IdentityModule {}
