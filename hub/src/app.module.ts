import { Module, type DynamicModule } from '@nestjs/common';
import { GrpcModule } from './grpc.module.js';
import { PlatformModule, type Platform } from './platform/platform.module.js';
import { WebModule } from './web/web.module.js';

/** The whole hub. Building it starts nothing: platform/start-hub.ts does, in order. */
@Module({})
export class AppModule {
  static with(platform: Platform): DynamicModule {
    return { module: AppModule, imports: [PlatformModule.with(platform), GrpcModule, WebModule] };
  }
}
