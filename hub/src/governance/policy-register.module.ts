import { Module } from '@nestjs/common';
import { PolicyRegister } from './policy-register.js';

/** What verdicts follow, and no more: the rest of governance comes after the verdicts. */
@Module({ providers: [{ provide: PolicyRegister, useFactory: () => new PolicyRegister() }], exports: [PolicyRegister] })
export class PolicyRegisterModule {}
