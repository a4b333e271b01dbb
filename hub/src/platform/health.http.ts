import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { Readiness } from './readiness.js';

/** For supervisors that speak HTTP: `/health/live` says that the process answers, `/health/ready` that all it leans on does. */
@Controller('health')
export class HealthHttp {
  readonly #readiness: Readiness;

  constructor(@Inject(Readiness) readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** 200 as long as the process turns. */
  @Get('live')
  getLive(): { readonly status: 'live' } {
    return { status: 'live' };
  }

  /** 200, or 503 with the dependency that is missing. */
  @Get('ready')
  getReady(): { readonly status: 'ready' } & Readiness['up'] {
    if (!this.#readiness.isUp()) throw new ServiceUnavailableException({ status: 'not ready', ...this.#readiness.up });
    return { status: 'ready', ...this.#readiness.up };
  }
}
