import { Module } from '@nestjs/common';
import { PropagationHandlers } from './propagation.grpc.js';
import { PropagationHttp } from './propagation.http.js';
import { Propagation } from './propagation.js';

/** 传播时间, measured where changes pass. */
@Module({
  controllers: [PropagationHttp],
  providers: [
    { provide: Propagation, useFactory: () => new Propagation(Date.now) },
    { provide: PropagationHandlers, inject: [Propagation], useFactory: (propagation: Propagation) => new PropagationHandlers(() => propagation.read()) },
  ],
  exports: [Propagation, PropagationHandlers],
})
export class PropagationModule {}
