import type { v1 } from '@health-code/messages';

/** What a handler may know of the call beside its request. */
export interface CallContext {
  /** Aborts when the hub stops waiting; what is not begun by then need not be begun. */
  readonly signal: AbortSignal;
}

/**
 * The province's operations as the hub can ask for them. Requests are decoded and name this province, their fields are
 * not checked. A handler refuses by throwing AdapterError or AttestationError; its code goes to the hub, its text does not.
 */
export interface CallHandlers {
  attestCode(request: v1.IAttestCodeCall, context: CallContext): Promise<v1.IAttestedReply>;
  attestPerson(request: v1.IAttestPersonCall, context: CallContext): Promise<v1.IAttestedReply>;
  resolveReference(request: v1.IResolveReferenceCall, context: CallContext): Promise<v1.IResolveReferenceReply>;
  declareHealth(request: v1.IDeclareHealthRequest, context: CallContext): Promise<v1.IDeclareHealthResponse>;
  declareTrip(request: v1.IDeclareTripRequest, context: CallContext): Promise<v1.IDeclareTripResponse>;
  queryHealth(request: v1.IQueryHealthRequest, context: CallContext): Promise<v1.IQueryHealthReply>;
  applyCode(request: v1.IApplyCodeRequest, context: CallContext): Promise<v1.IApplyCodeResponse>;
  makeCode(request: v1.IMakeCodeRequest, context: CallContext): Promise<v1.IMakeCodeResponse>;
  correctHealth(request: v1.ICorrectHealthRequest, context: CallContext): Promise<v1.ICorrectHealthResponse>;
  queryCorrection(request: v1.IQueryCorrectionRequest, context: CallContext): Promise<v1.IQueryCorrectionResponse>;
  convertCode(request: v1.IConvertCodeRequest, context: CallContext): Promise<v1.IConvertCodeReply>;
}

/** One of the operations. */
export type Operation = keyof CallHandlers;
