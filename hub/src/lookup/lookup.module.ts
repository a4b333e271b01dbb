import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { LedgerStore } from '../ledger/ledger.store.js';
import { RevokedKeysModule } from '../governance/revoked-keys.module.js';
import { RevokedKeys } from '../governance/revoked-keys.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/tokens.js';
import { AttestationIndex } from './attestation-index.js';
import { Lookup } from './lookup.js';
import { LookupSchedule } from './lookup.schedule.js';

const word = (): number => randomBytes(4).readUInt32LE();

/** The ledger's attestations in memory. Whoever starts the hub starts {@link LookupSchedule}, and serves only after it has. */
@Module({
  imports: [LedgerModule, RevokedKeysModule],
  providers: [
    { provide: AttestationIndex, useFactory: () => new AttestationIndex([word(), word()]) },
    {
      provide: Lookup,
      inject: [AttestationIndex, LedgerStore, RevokedKeys, LOGGER],
      useFactory: (index: AttestationIndex, ledger: LedgerStore, revoked: RevokedKeys, logger: Logger) => new Lookup(index, ledger, revoked, logger),
    },
    {
      provide: LookupSchedule,
      inject: [Lookup, LOGGER],
      useFactory: (lookup: Lookup, logger: Logger) => new LookupSchedule(lookup, logger),
    },
  ],
  exports: [AttestationIndex, Lookup, LookupSchedule],
})
export class LookupModule {}
