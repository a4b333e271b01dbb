import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LedgerModule } from '../ledger/ledger.module.js';
import { LedgerStore } from '../ledger/ledger.store.js';
import { RevokedKeysModule } from '../governance/revoked-keys.module.js';
import { RevokedKeys } from '../governance/revoked-keys.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/tokens.js';
import { AttestationIndex } from './attestation-index.js';
import { Contests } from './contests.js';
import { EquivocationStore } from './equivocation.store.js';
import { Lookup } from './lookup.js';
import { LookupSchedule } from './lookup.schedule.js';

const word = (): number => randomBytes(4).readUInt32LE();

/** The ledger's attestations in memory. Whoever starts the hub starts {@link LookupSchedule}, and serves only after it has. */
@Module({
  imports: [LedgerModule, RevokedKeysModule],
  providers: [
    { provide: AttestationIndex, useFactory: () => new AttestationIndex([word(), word()]) },
    {
      provide: Contests,
      inject: [AttestationIndex],
      useFactory: (index: AttestationIndex) => new Contests(index),
    },
    {
      provide: EquivocationStore,
      inject: [DataSource],
      useFactory: (database: DataSource) => new EquivocationStore(database),
    },
    {
      provide: Lookup,
      inject: [Contests, LedgerStore, RevokedKeys, LOGGER],
      useFactory: (sink: Contests, ledger: LedgerStore, revoked: RevokedKeys, logger: Logger) => new Lookup(sink, ledger, revoked, logger),
    },
    {
      provide: LookupSchedule,
      inject: [Lookup, LOGGER],
      useFactory: (lookup: Lookup, logger: Logger) => new LookupSchedule(lookup, logger),
    },
  ],
  exports: [AttestationIndex, Contests, EquivocationStore, Lookup, LookupSchedule],
})
export class LookupModule {}
