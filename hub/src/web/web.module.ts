import { Module } from '@nestjs/common';
import type { HubConfig } from '../config.js';
import { provinceOf } from '../identity/caller.js';
import { Guard } from '../identity/guard.js';
import type { ParseCertificate } from '../identity/identify-caller.js';
import { IdentityModule, PARSE_CERTIFICATE } from '../identity/identity.module.js';
import { RateLimits } from '../identity/rate-limits.js';
import { EnrolmentService } from '../joining/enrolment.grpc.js';
import { JoiningModule } from '../joining/joining.module.js';
import { PackageHandlers } from '../package/package.grpc.js';
import { PackageModule } from '../package/package.module.js';
import { PackageRepository } from '../package/package-repository.js';
import { HUB_CONFIG } from '../platform/tokens.js';
import { CheckpointService } from '../verify/checkpoint.grpc.js';
import { VerifyModule } from '../verify/verify.module.js';
import { DeviceCalls } from './device-calls.js';
import { DeviceProofs } from './device-proof.js';
import { DEVICE_HTTP_PARTS, DeviceHttp, type DeviceHttpParts, type DeviceServices } from './device.http.js';
import { ownHost } from './own-host.js';
import { UsedProofs } from './used-proofs.js';

/** Injection token of the {@link DeviceServices}. */
const DEVICE_SERVICES = Symbol('DeviceServices');

/** What devices in a browser ask, over HTTPS. */
@Module({
  imports: [IdentityModule, JoiningModule, VerifyModule, PackageModule],
  controllers: [DeviceHttp],
  providers: [
    {
      provide: DEVICE_SERVICES,
      inject: [EnrolmentService, CheckpointService, PackageHandlers, PackageRepository],
      useFactory: (enrolment: EnrolmentService, checkpoint: CheckpointService, packages: PackageHandlers, repository: PackageRepository): DeviceServices => ({
        apply: (request) => enrolment.apply(request),
        verifyCode: (request, call) => checkpoint.verifyCode(request, call),
        reportChecks: (request, call) => packages.record(request, call.caller.id, provinceOf(call)),
        findPackage: () => {
          const root = repository.root();
          return root === undefined ? undefined : { version: repository.version, root };
        },
      }),
    },
    {
      provide: DEVICE_HTTP_PARTS,
      inject: [HUB_CONFIG, DEVICE_SERVICES, Guard, RateLimits, PARSE_CERTIFICATE],
      useFactory: ({ web, trustDomain }: HubConfig, services: DeviceServices, guard: Guard, limits: RateLimits, parse: ParseCertificate): DeviceHttpParts => ({
        services,
        calls: new DeviceCalls({ proofs: new DeviceProofs(), parse, guard, used: new UsedProofs(), now: Date.now }),
        limits,
        isOwnHost: ownHost(web.tls.certificate),
        trustDomain,
        now: Date.now,
      }),
    },
  ],
})
export class WebModule {}
