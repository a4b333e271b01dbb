import { parseProvinceCode, type Recognition } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { callerOf } from '../identity/caller.js';
import { requireDevice, requireOwnProvince } from '../identity/caller-binding.js';
import { unary, type GrpcService } from '../platform/grpc-handlers.js';
import { attestedAnswer, type ProvinceOperation, type ReplyTo, type RequestOf } from '../province-call/parse-reply.js';
import { restrict, type RegionalPolicies } from '../verify/regional-policy.js';
import { toVerifyCodeResponse } from '../verify/verdict-message.js';
import { isAboutPerson, type VerifiedCode } from '../verify/verified-code.js';
import { judgeAnswer, type AttestationJudge, type CallLimits } from '../verify/verify-local-code.js';
import { convertCode } from './convert-code.js';
import {
  parseApplyCode,
  parseConvertCode,
  parseCorrectHealth,
  parseDeclareHealth,
  parseDeclareTrip,
  parseMakeCode,
  parseQueryCorrection,
  parseQueryHealth,
} from './parse-request.js';

/** A gRPC call, as far as its deadline goes. */
interface CallWithDeadline {
  getDeadline(): Date | number;
}

/** Routes an operation to the province that answers for it. */
export interface ProvinceOperations {
  call<O extends ProvinceOperation>(province: string, operation: O, request: RequestOf<O>, limits?: CallLimits): Promise<ReplyTo<O>>;
}

/** Verifies what a traveller shows, as service `Checkpoint` does. */
export interface CodeVerification {
  verifyCode(request: v1.IVerifyCodeRequest, call: CallWithDeadline): v1.IVerifyCodeResponse | Promise<v1.IVerifyCodeResponse>;
}

/** Counts what was asked for which purpose, and nothing else of it. */
export interface QueryCounter {
  record(purpose: v1.Purpose, recognition: Recognition): void;
}

/** Counts questions about identity documents; the guard satisfies it. */
export interface IdentityQueryGate {
  /** @throws HubError RATE_LIMIT_EXCEEDED */
  admitIdentityQuery(call: object): void;
}

/** What {@link PersonalHealthCodeService} needs. */
export interface PersonalHealthCodeParts {
  readonly provinces: ProvinceOperations;
  readonly checkpoint: CodeVerification;
  readonly judge: AttestationJudge;
  /** Regional rules: what is asked here is answered as where it is scanned. */
  readonly policies: RegionalPolicies;
  readonly counter: QueryCounter;
  readonly gate: IdentityQueryGate;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

const limitsOf = (call: CallWithDeadline): CallLimits => ({ deadline: Number(call.getDeadline()) });

/**
 * Service `PersonalHealthCode`, GB/T 38963-2020 clause 6 and two extensions. Every request is checked, sealed to the province it names and
 * forgotten: the hub stores and logs none of it, and answers with what the province answered.
 */
export class PersonalHealthCodeService implements GrpcService {
  readonly definition = v1.PersonalHealthCode;
  readonly handlers;
  readonly #parts: PersonalHealthCodeParts;

  constructor(parts: PersonalHealthCodeParts) {
    this.#parts = parts;
    const { now, checkpoint } = parts;
    this.handlers = {
      DeclareHealth: unary<v1.DeclareHealthRequest, v1.IDeclareHealthResponse>((request, call) => this.#route('declareHealth', parseDeclareHealth(request, now()), call)),
      DeclareTrip: unary<v1.DeclareTripRequest, v1.IDeclareTripResponse>((request, call) => this.#route('declareTrip', parseDeclareTrip(request), call)),
      QueryHealth: unary<v1.QueryHealthRequest, v1.IQueryHealthResponse>((request, call) => this.#queryHealth(request, call)),
      ApplyCode: unary<v1.ApplyCodeRequest, v1.IApplyCodeResponse>((request, call) => this.#route('applyCode', parseApplyCode(request), call)),
      MakeCode: unary<v1.MakeCodeRequest, v1.IMakeCodeResponse>((request, call) => this.#route('makeCode', parseMakeCode(request), call)),
      VerifyCode: unary<v1.VerifyCodeRequest, v1.IVerifyCodeResponse>((request, call) => checkpoint.verifyCode(request, call)),
      CorrectHealth: unary<v1.CorrectHealthRequest, v1.ICorrectHealthResponse>((request, call) => this.#route('correctHealth', parseCorrectHealth(request), call)),
      QueryCorrection: unary<v1.QueryCorrectionRequest, v1.IQueryCorrectionResponse>((request, call) => this.#route('queryCorrection', parseQueryCorrection(request), call)),
      ConvertCode: unary<v1.ConvertCodeRequest, v1.IConvertCodeResponse>((request, call) => this.#convertCode(request, call)),
    };
  }

  #route<O extends ProvinceOperation>(operation: O, request: RequestOf<O> & { readonly province?: string | null }, call: CallWithDeadline): Promise<ReplyTo<O>> {
    return this.#parts.provinces.call(request.province ?? '', operation, request, limitsOf(call));
  }

  /** The province's present statement is an attestation like any other: its verdict is the hub's, and is not taken on trust. */
  async #queryHealth(message: v1.QueryHealthRequest, call: CallWithDeadline): Promise<v1.IQueryHealthResponse> {
    const { provinces, judge, policies, counter, gate, now } = this.#parts;
    const caller = callerOf(call);
    const { request, checkpoint } = parseQueryHealth(message);
    requireOwnProvince(caller, checkpoint.province);
    if (request.identityDocument) {
      requireDevice(caller);
      gate.admitIdentityQuery(call);
    }
    const province = parseProvinceCode(request.province ?? '');
    const reply = await provinces.call(province, 'queryHealth', request, limitsOf(call));
    const at = now();
    const outcome = restrict(await judgeAnswer(province, attestedAnswer(province, reply.attested), checkpoint, judge, at), policies, checkpoint.province, at);
    counter.record(checkpoint.purpose, outcome.verdict.recognition);
    const { verdict } = toVerifyCodeResponse(outcome);
    const { maskedName, maskedIdNumber, guidance } = reply;
    return { verdict: verdict ?? null, maskedName, maskedIdNumber, guidance };
  }

  async #convertCode(message: v1.ConvertCodeRequest, call: CallWithDeadline): Promise<v1.IConvertCodeResponse> {
    const { provinces, judge, policies, counter, now } = this.#parts;
    const conversion = parseConvertCode(message);
    const at = now();
    const { source, made } = await convertCode(conversion, provinces, judge, limitsOf(call), at);
    const toVerdict = (outcome: VerifiedCode): v1.IVerdict | null => toVerifyCodeResponse(restrict(outcome, policies, conversion.province, at)).verdict ?? null;
    if (isAboutPerson(source)) counter.record(v1.Purpose.PURPOSE_SELF, source.verdict.recognition);
    return {
      source: toVerdict(source),
      converted: made === undefined ? null : toVerdict(made.verdict),
      attestation: made?.handed?.presentation ?? '',
      subjectReference: made?.handed?.subjectReference ?? '',
    };
  }
}
