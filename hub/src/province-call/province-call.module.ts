import { randomBytes } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import type { HubConfig } from '../config.js';
import { HUB_CONFIG, NATS_CONNECTION } from '../platform/tokens.js';
import { RegistryModule } from '../registry/registry.module.js';
import { LiveRegistry } from '../registry/registry.js';
import { ProvinceCaller } from './province-call.publisher.js';

/** Calls to provinces. */
@Module({
  imports: [RegistryModule],
  providers: [
    {
      provide: ProvinceCaller,
      inject: [NATS_CONNECTION, LiveRegistry, HUB_CONFIG],
      useFactory: (nats: NatsConnection, registry: LiveRegistry, config: HubConfig) =>
        new ProvinceCaller({ nats, registry, timeoutMs: config.callTimeoutMs, now: Date.now, randomBytes }),
    },
  ],
  exports: [ProvinceCaller],
})
export class ProvinceCallModule {}
