import { Module } from '@nestjs/common';
import { Guard } from '../identity/guard.js';
import { IdentityModule } from '../identity/identity.module.js';
import { PolicyRegisterModule } from '../governance/policy-register.module.js';
import { PolicyRegister } from '../governance/policy-register.js';
import { FeedState } from '../ingest/feed-state.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { LedgerStore } from '../ledger/ledger.store.js';
import { AttestationIndex } from '../lookup/attestation-index.js';
import { LookupModule } from '../lookup/lookup.module.js';
import { ProvinceCallModule } from '../province-call/province-call.module.js';
import { ProvinceCaller } from '../province-call/province-call.publisher.js';
import { recogniseCode } from '../province-call/recognise-code.js';
import { RegistryModule } from '../registry/registry.module.js';
import { LiveRegistry } from '../registry/registry.js';
import { StatusListModule } from '../status-list/status-list.module.js';
import { StatusLists } from '../status-list/status-lists.js';
import { CheckpointService } from './checkpoint.grpc.js';
import { VerificationCounter } from './verification-counter.js';
import { AttestedVerifier } from './verify-attested.js';
import { BatchVerifier } from './verify-batch.js';
import { CodeVerifier } from './verify-code.js';
import { LocalCodeVerifier } from './verify-local-code.js';
import { PersonVerifier } from './verify-person.js';

/** Verification of whatever a checkpoint meets. */
@Module({
  imports: [IdentityModule, PolicyRegisterModule, RegistryModule, IngestModule, LedgerModule, LookupModule, ProvinceCallModule, StatusListModule],
  providers: [
    { provide: VerificationCounter, useFactory: () => new VerificationCounter() },
    {
      provide: AttestedVerifier,
      inject: [AttestationIndex, LiveRegistry, FeedState, StatusLists],
      useFactory: (index: AttestationIndex, registry: LiveRegistry, feeds: FeedState, lists: StatusLists) => new AttestedVerifier(index, registry, feeds, lists),
    },
    {
      provide: LocalCodeVerifier,
      inject: [LiveRegistry, ProvinceCaller, AttestedVerifier],
      useFactory: (registry: LiveRegistry, caller: ProvinceCaller, judge: AttestedVerifier) =>
        new LocalCodeVerifier((code) => recogniseCode(code, registry.provinces()), caller, judge),
    },
    {
      provide: PersonVerifier,
      inject: [ProvinceCaller, LiveRegistry, AttestationIndex, LedgerStore, AttestedVerifier],
      useFactory: (caller: ProvinceCaller, registry: LiveRegistry, index: AttestationIndex, ledger: LedgerStore, judge: AttestedVerifier) =>
        new PersonVerifier(caller, registry, index, ledger, judge),
    },
    {
      provide: CodeVerifier,
      inject: [AttestedVerifier, LocalCodeVerifier, PersonVerifier, PolicyRegister],
      useFactory: (attested: AttestedVerifier, localCodes: LocalCodeVerifier, people: PersonVerifier, policies: PolicyRegister) =>
        new CodeVerifier(attested, localCodes, people, policies),
    },
    {
      provide: BatchVerifier,
      inject: [AttestedVerifier, CodeVerifier, PolicyRegister, VerificationCounter],
      useFactory: (known: AttestedVerifier, codes: CodeVerifier, policies: PolicyRegister, counter: VerificationCounter) => new BatchVerifier(known, codes, policies, counter),
    },
    {
      provide: CheckpointService,
      inject: [CodeVerifier, BatchVerifier, VerificationCounter, Guard],
      useFactory: (codes: CodeVerifier, batches: BatchVerifier, counter: VerificationCounter, guard: Guard) =>
        new CheckpointService(codes, batches, counter, guard, () => Math.floor(Date.now() / 1000)),
    },
  ],
  exports: [CheckpointService, AttestedVerifier, VerificationCounter],
})
export class VerifyModule {}
