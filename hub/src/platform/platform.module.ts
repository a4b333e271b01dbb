import { Module, type DynamicModule } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { DataSource } from 'typeorm';
import type { HubConfig } from '../config.js';
import type { HubKeys } from '../identity/hub-keys.js';
import { HealthHttp } from './health.http.js';
import type { Logger } from './logger.js';
import { Readiness } from './readiness.js';
import { HUB_CONFIG, HUB_KEYS, LOGGER, NATS_CONNECTION } from './tokens.js';

/** What is open before the container exists: every module may ask for it. */
export interface Platform {
  readonly config: HubConfig;
  readonly hubKeys: HubKeys;
  readonly logger: Logger;
  readonly database: DataSource;
  readonly nats: NatsConnection;
  readonly readiness: Readiness;
}

/** Gives every module the {@link Platform}. */
@Module({})
export class PlatformModule {
  static with(platform: Platform): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      controllers: [HealthHttp],
      providers: [
        { provide: HUB_CONFIG, useValue: platform.config },
        { provide: HUB_KEYS, useValue: platform.hubKeys },
        { provide: LOGGER, useValue: platform.logger },
        { provide: DataSource, useValue: platform.database },
        { provide: NATS_CONNECTION, useValue: platform.nats },
        { provide: Readiness, useValue: platform.readiness },
      ],
      exports: [HUB_CONFIG, HUB_KEYS, LOGGER, DataSource, NATS_CONNECTION, Readiness],
    };
  }
}
