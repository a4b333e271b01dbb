import { Controller, Get, Inject } from '@nestjs/common';
import { Propagation, type ProvincePropagation } from './propagation.js';

/** What `GET /propagation` answers: what `MutualRecognition.GetPropagation` does. */
export interface PropagationJson {
  /** RFC 3339. */
  readonly generatedAt: string;
  readonly windowSeconds: number;
  readonly provinces: readonly ProvincePropagation[];
}

/** 传播时间 over HTTP, for dashboards. */
@Controller('propagation')
export class PropagationHttp {
  readonly #propagation: Propagation;

  constructor(@Inject(Propagation) propagation: Propagation) {
    this.#propagation = propagation;
  }

  /** The last quarter of an hour. */
  @Get()
  get(): PropagationJson {
    const { generatedAt, windowSeconds, provinces } = this.#propagation.read();
    return { generatedAt: new Date(generatedAt * 1000).toISOString(), windowSeconds, provinces };
  }
}
