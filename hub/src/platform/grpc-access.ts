import type { ServiceDefinition } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { requireFewFields } from './field-limit.js';
import type { GrpcService } from './grpc-handlers.js';

/**
 * Who may call a method. `anyone`: whoever can connect, which without TLS is only this machine (config.ts refuses any
 * other plaintext address). `province`: the holder of a province's enrolment token.
 */
export type Caller = 'anyone' | 'province';

/** The services of the hub, by full name. */
export const SERVICES = {
  'healthcode.v1.PersonalHealthCode': v1.PersonalHealthCode,
  'healthcode.v1.Checkpoint': v1.Checkpoint,
  'healthcode.v1.Adapter': v1.Adapter,
  'healthcode.v1.Ledger': v1.Ledger,
} as const;

/** Full name of one of the {@link SERVICES}. */
export type ServiceName = keyof typeof SERVICES;

/** The allow-list: every method of every service, by its path. What has no row is not served. */
export const ALLOWED_CALLERS: ReadonlyMap<string, Caller> = new Map<string, Caller>([
  ['/healthcode.v1.PersonalHealthCode/DeclareHealth', 'anyone'],
  ['/healthcode.v1.PersonalHealthCode/DeclareTrip', 'anyone'],
  ['/healthcode.v1.PersonalHealthCode/QueryHealth', 'anyone'],
  ['/healthcode.v1.PersonalHealthCode/ApplyCode', 'anyone'],
  ['/healthcode.v1.PersonalHealthCode/MakeCode', 'anyone'],
  ['/healthcode.v1.PersonalHealthCode/VerifyCode', 'anyone'],
  ['/healthcode.v1.PersonalHealthCode/CorrectHealth', 'anyone'],
  ['/healthcode.v1.PersonalHealthCode/QueryCorrection', 'anyone'],
  ['/healthcode.v1.PersonalHealthCode/ConvertCode', 'anyone'],
  ['/healthcode.v1.Checkpoint/VerifyCode', 'anyone'],
  ['/healthcode.v1.Checkpoint/VerifyBatch', 'anyone'],
  ['/healthcode.v1.Checkpoint/VerifyStream', 'anyone'],
  ['/healthcode.v1.Adapter/Register', 'province'],
  ['/healthcode.v1.Adapter/Heartbeat', 'province'],
  ['/healthcode.v1.Adapter/ListForeignStatements', 'province'],
  ['/healthcode.v1.Adapter/StateRiskLevels', 'province'],
  ['/healthcode.v1.Ledger/GetSummary', 'anyone'],
  ['/healthcode.v1.Ledger/GetEntry', 'anyone'],
  ['/healthcode.v1.Ledger/ListEntries', 'anyone'],
  ['/healthcode.v1.Ledger/ListProvinces', 'anyone'],
  ['/healthcode.v1.Ledger/ListRiskLevels', 'anyone'],
]);

/**
 * The definition of `service`, once every method has a handler and a row in the allow-list.
 * @throws HubError INTERNAL at start, naming the method: better no server than an open or a dead method
 */
export function getServedDefinition(service: GrpcService): ServiceDefinition {
  const definition = serviceDefinition(service.definition);
  for (const [name, method] of Object.entries(definition)) {
    if (typeof service.handlers[name] !== 'function') throw new HubError('INTERNAL', `${method.path} has no handler`);
    if (!ALLOWED_CALLERS.has(method.path)) throw new HubError('INTERNAL', `${method.path} has no row in the allow-list`);
  }
  return Object.fromEntries(Object.entries(definition).map(([name, method]) => [name, { ...method, requestDeserialize: bounded(method.requestDeserialize) }]));
}

/** Decoding comes before every check of a caller, so this comes before decoding. */
const bounded = <Request>(decode: (bytes: Buffer) => Request) => (bytes: Buffer): Request => {
  requireFewFields(bytes);
  return decode(bytes);
};
