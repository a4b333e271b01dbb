import { timestampFromSeconds, v1 } from '@health-code/messages';
import { unary } from '../platform/grpc-handlers.js';
import type { PropagationReport } from './propagation.js';

/** `MutualRecognition.GetPropagation`. */
export class PropagationHandlers {
  readonly getPropagation;

  constructor(read: () => PropagationReport) {
    this.getPropagation = unary<v1.GetPropagationRequest, v1.GetPropagationResponse.$Properties>(() => toMessage(read()));
  }
}

const toMessage = ({ generatedAt, windowSeconds, provinces }: PropagationReport): v1.GetPropagationResponse.$Properties => ({
  generatedAt: timestampFromSeconds(generatedAt),
  windowSeconds,
  provinces: provinces.map(({ issuer, online, offlineConnected }) => ({ issuer, online: { ...online }, offlineConnected: { ...offlineConnected } })),
});
