import { AttestationError, type AttestationErrorCode } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { AdapterError, type AdapterErrorCode } from '../errors.js';
import type { CallContext, CallHandlers, Operation } from './call-handlers.js';

type Answer = (handlers: CallHandlers, call: v1.ProvinceCall, context: CallContext) => Promise<v1.IProvinceReply>;

/** Every operation: its request out of the call, its answer into the reply. A new operation without a row does not compile. */
const ANSWERS: Readonly<Record<Operation, Answer>> = {
  attestCode: async (handlers, call, context) => ({ attested: await handlers.attestCode(call.attestCode ?? {}, context) }),
  attestPerson: async (handlers, call, context) => ({ attested: await handlers.attestPerson(call.attestPerson ?? {}, context) }),
  resolveReference: async (handlers, call, context) => ({ reference: await handlers.resolveReference(call.resolveReference ?? {}, context) }),
  declareHealth: async (handlers, call, context) => ({ declareHealth: await handlers.declareHealth(call.declareHealth ?? {}, context) }),
  declareTrip: async (handlers, call, context) => ({ declareTrip: await handlers.declareTrip(call.declareTrip ?? {}, context) }),
  queryHealth: async (handlers, call, context) => ({ queryHealth: await handlers.queryHealth(call.queryHealth ?? {}, context) }),
  applyCode: async (handlers, call, context) => ({ applyCode: await handlers.applyCode(call.applyCode ?? {}, context) }),
  makeCode: async (handlers, call, context) => ({ makeCode: await handlers.makeCode(call.makeCode ?? {}, context) }),
  correctHealth: async (handlers, call, context) => ({ correctHealth: await handlers.correctHealth(call.correctHealth ?? {}, context) }),
  queryCorrection: async (handlers, call, context) => ({ queryCorrection: await handlers.queryCorrection(call.queryCorrection ?? {}, context) }),
  convertCode: async (handlers, call, context) => ({ convertCode: await handlers.convertCode(call.convertCode ?? {}, context) }),
};

/** The code the hub is told for `error`. What nobody foresaw is `ADAPTER_FAILED`; its text may quote the local system. */
export const refusalCode = (error: unknown): AdapterErrorCode | AttestationErrorCode =>
  error instanceof AdapterError || error instanceof AttestationError ? error.code : 'ADAPTER_FAILED';

/** The code behind a refusal, for this adapter's own log: what of an answer was wrong. */
export const causeOf = (error: unknown): { readonly cause?: AttestationErrorCode } =>
  error instanceof AdapterError && error.cause instanceof AttestationError ? { cause: error.cause.code } : {};

/** A refusal on the wire: the code alone, an error's text being for this adapter's own log. */
export const refusal = (error: unknown): v1.IProvinceReply & v1.ISealedReply => ({ error: { code: refusalCode(error) } });

/** The province's answer to an admitted call. @throws what the handler throws */
export const answerCall = (operation: Operation, handlers: CallHandlers, call: v1.ProvinceCall, context: CallContext): Promise<v1.IProvinceReply> =>
  ANSWERS[operation](handlers, call, context);
