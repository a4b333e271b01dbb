import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LedgerStore } from './ledger.store.js';

/** The append-only register, for reading. */
@Module({
  providers: [{ provide: LedgerStore, inject: [DataSource], useFactory: (database: DataSource) => new LedgerStore(database) }],
  exports: [LedgerStore],
})
export class LedgerModule {}
