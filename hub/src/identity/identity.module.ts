import { Module } from '@nestjs/common';
import type { HubConfig } from '../config.js';
import { CALLER_STANDING, HUB_CONFIG } from '../platform/tokens.js';
import { LiveMembers } from '../joining/live-members.js';
import { MembersModule } from '../joining/members.module.js';
import type { CallerStanding } from './caller-standing.js';
import { Guard } from './guard.js';
import { rememberCertificates, type ParseCertificate } from './identify-caller.js';
import { CertificateReader } from './parse-certificate.js';
import { RateLimits } from './rate-limits.js';

/** Injection token of the `ParseCertificate` of this process: what it remembers serves connections and proofs alike. */
export const PARSE_CERTIFICATE = Symbol('ParseCertificate');

/** Who calls, whether they may, and how often. */
@Module({
  imports: [MembersModule],
  providers: [
    { provide: CALLER_STANDING, useExisting: LiveMembers },
    { provide: RateLimits, inject: [HUB_CONFIG], useFactory: (config: HubConfig) => new RateLimits(config.limits) },
    {
      provide: PARSE_CERTIFICATE,
      inject: [HUB_CONFIG],
      useFactory: ({ authorities, trustDomain, environment }: HubConfig): ParseCertificate => {
        const reader = new CertificateReader({ member: authorities.member.certificate, operator: authorities.operator, trustDomain, isProduction: environment === 'production' });
        return rememberCertificates((der) => reader.parse(der));
      },
    },
    {
      provide: Guard,
      inject: [CALLER_STANDING, RateLimits],
      useFactory: (standing: CallerStanding, limits: RateLimits) => new Guard({ standing, limits, now: Date.now }),
    },
  ],
  exports: [Guard, RateLimits, PARSE_CERTIFICATE],
})
export class IdentityModule {}
