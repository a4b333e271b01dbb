import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RegistryLoader } from './registry-loader.js';
import { LiveRegistry } from './registry.js';
import { RegistryStore } from './registry.store.js';

/** Who the provinces are: in the database, and in memory. */
@Module({
  providers: [
    { provide: LiveRegistry, useFactory: () => new LiveRegistry() },
    { provide: RegistryStore, inject: [DataSource], useFactory: (database: DataSource) => new RegistryStore(database) },
    {
      provide: RegistryLoader,
      inject: [RegistryStore, LiveRegistry],
      useFactory: (store: RegistryStore, registry: LiveRegistry) => new RegistryLoader(store, registry),
    },
  ],
  exports: [LiveRegistry, RegistryStore, RegistryLoader],
})
export class RegistryModule {}
