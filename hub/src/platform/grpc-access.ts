import type { ServiceDefinition } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { requireFewFields } from './field-limit.js';
import type { GrpcService } from './grpc-handlers.js';

/** The services of the port that asks for certificates, by full name. */
export const SERVICES = {
  'healthcode.v1.PersonalHealthCode': v1.PersonalHealthCode,
  'healthcode.v1.Checkpoint': v1.Checkpoint,
  'healthcode.v1.Adapter': v1.Adapter,
  'healthcode.v1.Membership': v1.Membership,
  'healthcode.v1.Ledger': v1.Ledger,
  'healthcode.v1.MutualRecognition': v1.MutualRecognition,
  'healthcode.v1.Operator': v1.Operator,
} as const;

/** Full name of one of the {@link SERVICES}. */
export type ServiceName = keyof typeof SERVICES;

/**
 * The definition of `service`, once every method has a handler.
 * @throws HubError INTERNAL at start, naming the method: better no server than a dead method
 */
export function getServedDefinition(service: GrpcService): ServiceDefinition {
  const definition = serviceDefinition(service.definition);
  for (const [name, method] of Object.entries(definition)) {
    if (typeof service.handlers[name] !== 'function') throw new HubError('INTERNAL', `${method.path} has no handler`);
  }
  return Object.fromEntries(Object.entries(definition).map(([name, method]) => [name, { ...method, requestDeserialize: bounded(method.requestDeserialize) }]));
}

/** Decoding comes before every check of a caller, so this comes before decoding. */
const bounded = <Request>(decode: (bytes: Buffer) => Request) => (bytes: Buffer): Request => {
  requireFewFields(bytes);
  return decode(bytes);
};
