import { Module } from '@nestjs/common';
import { LiveRegistry } from '../registry/registry.js';
import { RegistryModule } from '../registry/registry.module.js';
import { RevokedKeys } from './revoked-keys.js';

/** What the lookup needs of governance, and no more: the rest of governance looks things up itself. */
@Module({
  imports: [RegistryModule],
  providers: [{ provide: RevokedKeys, inject: [LiveRegistry], useFactory: (registry: LiveRegistry) => new RevokedKeys(registry) }],
  exports: [RevokedKeys],
})
export class RevokedKeysModule {}
