import { Module } from '@nestjs/common';
import { PolicyRegister } from '../governance/policy-register.js';
import { PolicyRegisterModule } from '../governance/policy-register.module.js';
import { Guard } from '../identity/guard.js';
import { IdentityModule } from '../identity/identity.module.js';
import { ProvinceCallModule } from '../province-call/province-call.module.js';
import { ProvinceCaller } from '../province-call/province-call.publisher.js';
import { CheckpointService } from '../verify/checkpoint.grpc.js';
import { VerificationCounter } from '../verify/verification-counter.js';
import { AttestedVerifier } from '../verify/verify-attested.js';
import { VerifyModule } from '../verify/verify.module.js';
import { PersonalHealthCodeService } from './personal-health-code.grpc.js';

/** The interfaces of GB/T 38963-2020 clause 6, routed to provinces. */
@Module({
  imports: [IdentityModule, PolicyRegisterModule, ProvinceCallModule, VerifyModule],
  providers: [
    {
      provide: PersonalHealthCodeService,
      inject: [ProvinceCaller, CheckpointService, AttestedVerifier, PolicyRegister, VerificationCounter, Guard],
      useFactory: (provinces: ProvinceCaller, checkpoint: CheckpointService, judge: AttestedVerifier, policies: PolicyRegister, counter: VerificationCounter, gate: Guard) =>
        new PersonalHealthCodeService({ provinces, checkpoint, judge, policies, counter, gate, now: () => Math.floor(Date.now() / 1000) }),
    },
  ],
  exports: [PersonalHealthCodeService],
})
export class PersonalHealthCodeModule {}
