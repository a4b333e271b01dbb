import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import { afterEach, describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import type { Caller } from '../identity/caller.js';
import { checkpointCaller, openGuard, provinceCaller, serveAs } from '../identity/certificates.fixture.js';
import { decodeRichError } from '../platform/rich-error.js';
import type { CallLimits } from '../province-call/province-call.publisher.js';
import { VerificationCounter } from '../verify/verification-counter.js';
import { BEIJING, claims, GUIZHOU, Knowledge, NOW, OTHER_SUBJECT, SICHUAN, sign, signClaims, SUBJECT } from '../verify/verify.fixture.js';
import { PersonalHealthCodeService, type PersonalHealthCodeParts } from './personal-health-code.grpc.js';

const ID_NUMBER = '520199190001010016';
const CONTEXT: v1.ICheckpointContext = { province: '110000', purpose: v1.Purpose.PURPOSE_CHECKPOINT };
const LATER = { seconds: NOW + 3600, nanos: 0 };

/** One request of every operation but VerifyCode, and what a province answers. */
const DECLARE: v1.IDeclareHealthRequest = { province: GUIZHOU, subject: { name: '测试甲', sex: '9', nationality: 'CHN', idType: '01', idNumber: ID_NUMBER }, temperature: 36.5 };
const TRIP: v1.IDeclareTripRequest = {
  province: GUIZHOU, subjectReference: SUBJECT,
  trips: [{ fromRegion: '520100', toRegion: '110105', departedAt: { seconds: NOW - 60 }, arrivedAt: { seconds: NOW } }],
};
const QUERY: v1.IQueryHealthRequest = { province: GUIZHOU, context: CONTEXT, bizExtData: 'handle' };
const APPLY: v1.IApplyCodeRequest = { province: GUIZHOU, subjectReference: SUBJECT, organisation: '91330106MA27Y4U47R', purpose: v1.Purpose.PURPOSE_SELF };
const MAKE: v1.IMakeCodeRequest = { province: GUIZHOU, businessSerialNumber: 'b1', randomNumber: 'r1' };
const CORRECT: v1.ICorrectHealthRequest = { province: GUIZHOU, subjectReference: SUBJECT, disputedField: 'status', claimedValue: '00' };
const ANSWERS: Readonly<Record<string, object>> = {
  declareHealth: { declarationId: 'd1', validUntil: LATER, status: v1.HealthStatus.HEALTH_STATUS_GREEN, subjectReference: SUBJECT },
  declareTrip: { tripId: 't1' },
  applyCode: { businessSerialNumber: 'b1', randomNumber: 'r1', expiresAt: LATER },
  makeCode: { code: Buffer.from('code'), expiresAt: LATER, attestation: 'a.b.c~' },
  correctHealth: { ticket: 'c1', state: 'received', dueAt: LATER },
  queryCorrection: { state: 'decided-by-default', dueAt: LATER, decidedAt: LATER },
};

interface Asked {
  readonly province: string;
  readonly operation: string;
  readonly request: object;
  readonly limits: CallLimits | undefined;
}

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Served {
  readonly client: v1.PersonalHealthCode;
  readonly asked: readonly Asked[];
  readonly counter: VerificationCounter;
}

/** The service on a real gRPC server, with provinces that answer `answers`, or throw what stands there. */
async function serve(answers: Readonly<Record<string, object>> = ANSWERS, parts: Partial<PersonalHealthCodeParts> = {}, caller: Caller = provinceCaller(BEIJING)): Promise<Served> {
  const asked: Asked[] = [];
  const provinces = {
    call: (province: string, operation: string, request: object, limits?: CallLimits) => {
      asked.push({ province, operation, request, limits });
      const answer = answers[operation] ?? new HubError('INTERNAL', 'not asked for');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as PersonalHealthCodeParts['provinces'];
  const counter = new VerificationCounter();
  const verifyCode = (): never => {
    throw new Error('called');
  };
  const { attested, policies } = new Knowledge();
  const service = new PersonalHealthCodeService({ provinces, checkpoint: { verifyCode }, judge: attested, policies, counter, gate: openGuard(), now: () => NOW, ...parts });
  const { client, stop } = await serveAs(caller, [service]);
  open.push(stop);
  return { client: v1.PersonalHealthCode.create(unaryTransport(client, { timeoutMs: 2000, metadata: new Metadata() })), asked, counter };
}

interface Refused {
  readonly code: status;
  readonly reason: string;
  readonly fields: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly everything: string;
}

async function refusalOf(call: Promise<unknown>): Promise<Refused> {
  const error = await call.then(() => { throw new Error('accepted'); }, (caught: unknown) => caught as ServiceError);
  const [details] = error.metadata.get('grpc-status-details-bin');
  const rich = decodeRichError(details as Buffer);
  return { code: error.code, reason: rich.reason, fields: rich.fieldViolations.map(({ field }) => field), metadata: rich.metadata, everything: error.details + JSON.stringify(rich) };
}

describe('PersonalHealthCodeService', () => {
  it('routes each operation to the province its request names, as it came, with the deadline of the caller', async () => {
    const { client, asked } = await serve();
    await expect(client.declareHealth(DECLARE)).resolves.toMatchObject({ declarationId: 'd1', status: v1.HealthStatus.HEALTH_STATUS_GREEN, subjectReference: SUBJECT });
    await expect(client.declareTrip(TRIP)).resolves.toMatchObject({ tripId: 't1' });
    await expect(client.applyCode(APPLY)).resolves.toMatchObject({ businessSerialNumber: 'b1', randomNumber: 'r1' });
    await expect(client.makeCode(MAKE)).resolves.toMatchObject({ attestation: 'a.b.c~' });
    await expect(client.correctHealth(CORRECT)).resolves.toMatchObject({ ticket: 'c1', state: 'received' });
    await expect(client.queryCorrection({ province: GUIZHOU, ticket: 'c1' })).resolves.toMatchObject({ state: 'decided-by-default', decidedAt: LATER });
    expect(asked.map(({ operation }) => operation)).toEqual(['declareHealth', 'declareTrip', 'applyCode', 'makeCode', 'correctHealth', 'queryCorrection']);
    expect(new Set(asked.map(({ province }) => province))).toEqual(new Set([GUIZHOU]));
    expect(asked[0]?.request).toMatchObject({ province: GUIZHOU, temperature: 36.5, subject: { idNumber: ID_NUMBER } });
    for (const { limits } of asked) expect(Math.abs((limits?.deadline ?? 0) - Date.now() - 2000)).toBeLessThan(1500);
  });

  it('hands VerifyCode to the verification that checkpoints use', async () => {
    const seen: v1.IVerifyCodeRequest[] = [];
    const verifyCode = (request: v1.IVerifyCodeRequest): v1.IVerifyCodeResponse => {
      seen.push(request);
      return { verdict: { recognition: v1.Recognition.RECOGNITION_UNKNOWN_CODE }, bizExtData: 'handle' };
    };
    const { client, asked } = await serve(ANSWERS, { checkpoint: { verifyCode } });
    await expect(client.verifyCode({ context: CONTEXT, code: Buffer.from('code') })).resolves.toMatchObject({ bizExtData: 'handle' });
    expect(seen).toHaveLength(1);
    expect(asked).toHaveLength(0);
  });

  it('answers a query with a verdict of its own over what the province attested', async () => {
    const { token } = await sign();
    const reply = { attested: { attestation: token, availability: 'available', bizExtData: '' }, maskedName: '测*', maskedIdNumber: '5201**********0016', guidance: '请保持健康监测' };
    const { client, counter } = await serve({ queryHealth: reply });
    const answer = await client.queryHealth(QUERY);
    expect(answer).toMatchObject({ maskedName: '测*', maskedIdNumber: '5201**********0016', guidance: '请保持健康监测' });
    expect(answer.verdict).toMatchObject({ recognition: v1.Recognition.RECOGNITION_RECOGNISED, status: v1.HealthStatus.HEALTH_STATUS_GREEN, issuer: GUIZHOU });
    expect(counter.snapshot()).toEqual([{ purpose: 'PURPOSE_CHECKPOINT', recognition: 'recognised', count: 1 }]);
  });

  it.each<[string, () => Promise<string>, v1.Recognition]>([
    ['another province', async () => (await sign({ issuer: SICHUAN })).token, v1.Recognition.RECOGNITION_SIGNATURE_INVALID],
    ['nobody', () => Promise.resolve('a.b.c'), v1.Recognition.RECOGNITION_SIGNATURE_INVALID],
    ['the province itself, long ago', async () => (await sign({ expiresAt: NOW - 1 })).token, v1.Recognition.RECOGNITION_EXPIRED],
  ])('shows no colour in a query answered with an attestation of %s', async (_, token, recognition) => {
    const reply = { attested: { attestation: await token(), availability: 'available', bizExtData: '' }, maskedName: '', maskedIdNumber: '', guidance: '' };
    const { client } = await serve({ queryHealth: reply });
    const { verdict } = await client.queryHealth(QUERY);
    expect(verdict).toMatchObject({ recognition, status: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED });
  });

  it('refuses a query in the name of another province than the caller’s', async () => {
    const { client, asked } = await serve(ANSWERS, {}, provinceCaller(SICHUAN));
    expect(await refusalOf(client.queryHealth(QUERY))).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'CALLER_PROVINCE_MISMATCH', fields: ['context.province'] });
    expect(asked).toHaveLength(0);
  });

  it('asks about an identity document for an enrolled device only, and counts such questions apart', async () => {
    const query = { province: GUIZHOU, context: CONTEXT, identityDocument: { type: '01', number: ID_NUMBER } };
    const limit = { admitIdentityQuery: (): never => { throw new HubError('RATE_LIMIT_EXCEEDED', 'too often', { retryAfterMs: 1500 }); } };
    expect(await refusalOf((await serve()).client.queryHealth(query))).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'CALLER_NOT_ALLOWED', fields: ['identity_document'] });
    const limited = await serve(ANSWERS, { gate: limit }, checkpointCaller(BEIJING));
    expect(await refusalOf(limited.client.queryHealth(query))).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'RATE_LIMIT_EXCEEDED', metadata: { retry_after_ms: '1500' } });
    expect(limited.asked).toHaveLength(0);
    const { client, asked } = await serve({ queryHealth: new HubError('ADAPTER_TIMEOUT', 'late') }, {}, checkpointCaller(BEIJING));
    expect(await refusalOf(client.queryHealth(query))).toMatchObject({ reason: 'ADAPTER_TIMEOUT' });
    expect(asked).toHaveLength(1);
  });

  it('shows no colour in a query about a person without a status', async () => {
    const reply = { attested: { attestation: '', availability: 'pending', bizExtData: '' }, maskedName: '', maskedIdNumber: '', guidance: '' };
    const { client } = await serve({ queryHealth: reply });
    const { verdict } = await client.queryHealth(QUERY);
    expect(verdict).toMatchObject({ recognition: v1.Recognition.RECOGNITION_NO_STATUS, availability: v1.Availability.AVAILABILITY_PENDING, issuer: GUIZHOU });
  });

  it.each<[string, status]>([
    ['OPERATION_NOT_OFFERED', status.UNIMPLEMENTED],
    ['LOCAL_PERSON_UNRESOLVED', status.NOT_FOUND],
    ['LOCAL_SYSTEM_TIMEOUT', status.DEADLINE_EXCEEDED],
    ['LOCAL_SYSTEM_UNREACHABLE', status.UNAVAILABLE],
    ['LOCAL_PERMISSION_DENIED', status.PERMISSION_DENIED],
    ['SUBJECT_REFERENCE_INVALID', status.INVALID_ARGUMENT],
    ['REQUEST_FIELD_INVALID', status.INVALID_ARGUMENT],
  ])('tells a caller that the province refused with %s', async (provinceErrorCode, code) => {
    const { client } = await serve({ declareTrip: new HubError('ADAPTER_REFUSED', 'refused', { provinceErrorCode }) });
    expect(await refusalOf(client.declareTrip(TRIP))).toMatchObject({ code, reason: 'ADAPTER_REFUSED', metadata: { province_error_code: provinceErrorCode } });
  });

  it.each<[HubError['code'], status]>([
    ['ADAPTER_UNREACHABLE', status.UNAVAILABLE],
    ['ADAPTER_TIMEOUT', status.DEADLINE_EXCEEDED],
    ['ADAPTER_BUSY', status.RESOURCE_EXHAUSTED],
    ['ADAPTER_ANSWER_INVALID', status.UNAVAILABLE],
    ['PROVINCE_NOT_ADMITTED', status.FAILED_PRECONDITION],
  ])('tells a caller of %s', async (reason, code) => {
    const { client } = await serve({ makeCode: new HubError(reason, 'refused') });
    expect(await refusalOf(client.makeCode(MAKE))).toMatchObject({ code, reason });
  });

  it('refuses a wrong check digit with the path of the field, asks nobody, and never says the number back', async () => {
    const { client, asked } = await serve();
    const refused = await refusalOf(client.declareHealth({ ...DECLARE, subject: { ...DECLARE.subject, idNumber: '520199190001010011' } }));
    expect(refused).toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID', fields: ['subject.id_number'] });
    expect(refused.everything).not.toContain('520199190001010011');
    expect(asked).toHaveLength(0);
  });

  it('refuses an empty request of every operation', async () => {
    const { client, asked } = await serve();
    const calls = [client.declareHealth({}), client.declareTrip({}), client.queryHealth({}), client.applyCode({}), client.makeCode({}), client.correctHealth({}), client.queryCorrection({}), client.convertCode({})];
    for (const call of calls) expect((await refusalOf(call)).code).toBe(status.INVALID_ARGUMENT);
    expect(asked).toHaveLength(0);
  });
});

describe('ConvertCode', () => {
  const GREEN = { recognition: v1.Recognition.RECOGNITION_RECOGNISED, status: v1.HealthStatus.HEALTH_STATUS_GREEN };
  const converted = (change: Parameters<typeof sign>[0] = {}) => sign({ issuer: SICHUAN, sequence: 9, source: { issuer: GUIZHOU, sequence: 1, issuedAt: NOW - 3600 }, ...change });
  const convert = (client: v1.PersonalHealthCode, text: string, province: string = SICHUAN) => client.convertCode({ province, attestation: Buffer.from(text) });
  const answerOf = async (local: ReturnType<typeof sign>) => {
    const { token } = await local;
    return { convertCode: { attestation: token, presentation: `${token}~disclosure~`, subjectReference: SUBJECT } };
  };

  it('judges what was shown, has the province convert it, and judges what it made of it', async () => {
    const known = new Knowledge();
    const foreign = await sign();
    known.commit(foreign);
    const answers = await answerOf(converted());
    const { client, asked, counter } = await serve(answers, { judge: known.attested });
    const answer = await convert(client, foreign.token);
    expect(counter.snapshot()).toEqual([{ purpose: 'PURPOSE_SELF', recognition: 'recognised', count: 1 }]);
    expect(answer).toMatchObject({ source: { ...GREEN, issuer: GUIZHOU }, converted: { ...GREEN, issuer: SICHUAN }, attestation: answers.convertCode.presentation, subjectReference: SUBJECT });
    expect(asked).toMatchObject([{ province: SICHUAN, operation: 'convertCode', request: { province: SICHUAN } }]);
  });

  it.each<[string, (known: Knowledge) => Promise<string>, v1.Recognition]>([
    ['forged', async () => (await sign({}, {}, BEIJING)).token, v1.Recognition.RECOGNITION_SIGNATURE_INVALID],
    ['no attestation', () => Promise.resolve('https://code'), v1.Recognition.RECOGNITION_SIGNATURE_INVALID],
    ['expired', async () => (await sign({ expiresAt: NOW - 1 })).token, v1.Recognition.RECOGNITION_EXPIRED],
    ['a withdrawal', async () => (await sign({ status: 'none' })).token, v1.Recognition.RECOGNITION_NO_STATUS],
    ['superseded', async (known) => {
      const first = await sign();
      known.commit(first);
      known.commit(await sign({ sequence: 2, status: '10' }));
      return first.token;
    }, v1.Recognition.RECOGNITION_SUPERSEDED],
  ])('asks no province about what is %s', async (_, text, recognition) => {
    const known = new Knowledge();
    const shown = await text(known);
    const { client, asked, counter } = await serve({}, { judge: known.attested });
    const answer = await convert(client, shown);
    expect(counter.snapshot()).toMatchObject([{ purpose: 'PURPOSE_SELF', count: 1 }]);
    expect(answer).toMatchObject({ source: { recognition, status: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED }, attestation: '', subjectReference: '' });
    expect(answer.converted ?? null).toBeNull();
    expect(asked).toHaveLength(0);
  });

  it('counts no canary as a person', async () => {
    const known = new Knowledge();
    const { token } = await signClaims({ ...claims(), kind: 'canary', status: 'canary-green', expiresAt: NOW - 1 });
    const { client, counter } = await serve({}, { judge: known.attested });
    expect(await convert(client, token)).toMatchObject({ source: { recognition: v1.Recognition.RECOGNITION_EXPIRED, kind: v1.AttestationKind.ATTESTATION_KIND_CANARY } });
    expect(counter.snapshot()).toEqual([]);
  });

  it('converts nothing at home', async () => {
    const { client, asked } = await serve();
    expect(await refusalOf(convert(client, (await sign()).token, GUIZHOU))).toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'REQUEST_INVALID', fields: ['province'] });
    expect(asked).toHaveLength(0);
  });

  it.each<[string, () => ReturnType<typeof sign>, v1.Recognition]>([
    ['another province', () => sign({ issuer: BEIJING, sequence: 9 }), v1.Recognition.RECOGNITION_SIGNATURE_INVALID],
    ['the province itself, long ago', () => converted({ expiresAt: NOW - 1 }), v1.Recognition.RECOGNITION_EXPIRED],
  ])('hands the holder no answer made by %s', async (_, local, recognition) => {
    const { client } = await serve(await answerOf(local()));
    expect(await convert(client, (await sign()).token)).toMatchObject({ source: GREEN, converted: { recognition }, attestation: '', subjectReference: '' });
  });

  it.each<[string, () => ReturnType<typeof sign>, string?]>([
    ['about somebody else', () => converted({ subject: OTHER_SUBJECT }), OTHER_SUBJECT],
    ['about somebody else, of its own', () => sign({ issuer: SICHUAN, sequence: 9, subject: OTHER_SUBJECT })],
    ['under the reference of somebody else', () => converted(), OTHER_SUBJECT],
    ['of another colour', () => converted({ status: '01' })],
    ['of another statement', () => converted({ source: { issuer: GUIZHOU, sequence: 2, issuedAt: NOW - 3600 } })],
    ['of a statement of another province', () => converted({ source: { issuer: BEIJING, sequence: 1, issuedAt: NOW - 3600 } })],
    ['about somebody else, and long ago', () => converted({ subject: OTHER_SUBJECT, expiresAt: NOW - 1 })],
  ])('takes no answer %s', async (_, local, subjectReference = SUBJECT) => {
    const { convertCode } = await answerOf(local());
    const { client } = await serve({ convertCode: { ...convertCode, subjectReference } });
    expect(await refusalOf(convert(client, (await sign()).token))).toMatchObject({ code: status.UNAVAILABLE, reason: 'ADAPTER_ANSWER_INVALID' });
  });

  it('takes the province’s own word for the same colour, and what was shown with a name', async () => {
    const answers = await answerOf(sign({ issuer: SICHUAN, sequence: 3 }));
    const { client } = await serve(answers);
    const shown = await sign({}, { maskedName: '测*甲' });
    expect(await convert(client, shown.presentation)).toMatchObject({ converted: GREEN, attestation: answers.convertCode.presentation, subjectReference: SUBJECT });
  });

  it('tells a caller why the province refuses', async () => {
    const { client } = await serve({ convertCode: new HubError('ADAPTER_REFUSED', 'refused', { provinceErrorCode: 'CONVERSION_CONTRADICTED' }) });
    const refused = await refusalOf(convert(client, (await sign()).token));
    expect(refused).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'ADAPTER_REFUSED', metadata: { province_error_code: 'CONVERSION_CONTRADICTED' } });
  });
});
