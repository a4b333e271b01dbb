import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { HubConfig } from '../config.js';
import type { Logger } from '../platform/logger.js';
import { HUB_CONFIG, LOGGER } from '../platform/tokens.js';
import { ConversionRetentionSchedule } from './conversion-retention.schedule.js';
import { ConversionRetentionStore } from './conversion-retention.store.js';
import { LedgerStore } from './ledger.store.js';

/** The append-only register: for reading, and what of it is not kept. */
@Module({
  providers: [
    { provide: LedgerStore, inject: [DataSource], useFactory: (database: DataSource) => new LedgerStore(database) },
    {
      provide: ConversionRetentionSchedule,
      inject: [DataSource, HUB_CONFIG, LOGGER],
      useFactory: (database: DataSource, config: HubConfig, logger: Logger) =>
        new ConversionRetentionSchedule(new ConversionRetentionStore(database), config.conversionRetentionMs, logger, Date.now),
    },
  ],
  exports: [LedgerStore, ConversionRetentionSchedule],
})
export class LedgerModule {}
