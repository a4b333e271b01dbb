import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RiskLevelStore } from './risk-level.store.js';

/** Regional risk levels: dated facts that provinces state and rules may cite. */
@Module({
  providers: [{ provide: RiskLevelStore, inject: [DataSource], useFactory: (database: DataSource) => new RiskLevelStore(database) }],
  exports: [RiskLevelStore],
})
export class RiskLevelModule {}
