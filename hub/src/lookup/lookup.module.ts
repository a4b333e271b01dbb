import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LedgerStore } from '../ledger/ledger.store.js';
import type { Logger } from '../platform/logger.js';
import { LOGGER } from '../platform/tokens.js';
import { AttestationIndex } from './attestation-index.js';
import { Lookup } from './lookup.js';
import { LookupSchedule } from './lookup.schedule.js';

const word = (): number => randomBytes(4).readUInt32LE();

/** The ledger's attestations in memory. Whoever starts the hub starts {@link LookupSchedule}, and serves only after it has. */
@Module({
  providers: [
    { provide: AttestationIndex, useFactory: () => new AttestationIndex([word(), word()]) },
    {
      provide: Lookup,
      inject: [AttestationIndex, DataSource, LOGGER],
      useFactory: (index: AttestationIndex, database: DataSource, logger: Logger) => new Lookup(index, new LedgerStore(database), logger),
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
