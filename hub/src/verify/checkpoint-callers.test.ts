import { Metadata, status, type Client, type ServiceError } from '@grpc/grpc-js';
import { serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import { afterEach, describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import type { Caller } from '../identity/caller.js';
import type { CallerStanding } from '../identity/caller-standing.js';
import { checkpointCaller, NO_LIMITS, openGuard, provinceCaller, serveAs } from '../identity/certificates.fixture.js';
import { RateLimits, type Limits } from '../identity/rate-limits.js';
import { PersonalHealthCodeService, type PersonalHealthCodeParts } from '../personal-health-code/personal-health-code.grpc.js';
import { decodeRichError, type RichError } from '../platform/rich-error.js';
import { CheckpointService } from './checkpoint.grpc.js';
import { VerificationCounter } from './verification-counter.js';
import { BatchVerifier } from './verify-batch.js';
import { CodeVerifier } from './verify-code.js';
import { LocalCodeVerifier } from './verify-local-code.js';
import { BEIJING, bytes, CHECKPOINT, GUIZHOU, Knowledge, NOW, SICHUAN } from './verify.fixture.js';

const { context } = CHECKPOINT;
const CODE = bytes('scanned');
const DOCUMENT = { type: '03', number: 'E12345678' };
const FOREIGN = { ...context, province: SICHUAN };

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((stop) => stop()));
});

interface Served {
  readonly client: Client;
  readonly checkpoint: v1.Checkpoint;
  readonly personal: v1.PersonalHealthCode;
  /** Questions that reached a province. */
  readonly asked: string[];
}

/** Both services that verify, for one caller. */
async function serve(caller: Caller, limits: Partial<Limits> = {}, standing: CallerStanding = { check: () => undefined }, now: () => number = Date.now): Promise<Served> {
  const hub = new Knowledge();
  const asked: string[] = [];
  const provinces = {
    attestCode: () => {
      asked.push('code');
      return Promise.reject(new HubError('ADAPTER_TIMEOUT', 'late'));
    },
  };
  const people = {
    verify: () => {
      asked.push('person');
      return Promise.reject(new HubError('ADAPTER_TIMEOUT', 'late'));
    },
  };
  const counter = new VerificationCounter();
  const codes = new CodeVerifier(hub.attested, new LocalCodeVerifier(() => ({ owner: { code: GUIZHOU, standing: 'admitted' } }), provinces, hub.attested), people, hub.policies);
  const guard = openGuard({ limits: new RateLimits({ ...NO_LIMITS, ...limits }), standing, now });
  const service = new CheckpointService(codes, new BatchVerifier(hub.attested, codes, hub.policies, counter), counter, guard, () => NOW);
  const personal = new PersonalHealthCodeService({ provinces: {} as PersonalHealthCodeParts['provinces'], checkpoint: service, judge: hub.attested, policies: hub.policies, counter, gate: guard, now: () => NOW });
  const { client, stop } = await serveAs(caller, [service, personal], guard);
  open.push(stop);
  const transport = unaryTransport(client, { timeoutMs: 5000, metadata: new Metadata() });
  return { client, checkpoint: v1.Checkpoint.create(transport), personal: v1.PersonalHealthCode.create(transport), asked };
}

async function refusalOf(call: Promise<unknown>): Promise<RichError> {
  const error = await call.then(() => { throw new Error('accepted'); }, (caught: unknown) => caught as ServiceError);
  return decodeRichError(error.metadata.get('grpc-status-details-bin')[0] as Buffer);
}

/** What a stream answers to `requests`, by their position: an error code, or none. */
async function stream(client: Client, requests: readonly v1.VerifyCodeRequest.$Properties[], between: () => void = () => undefined): Promise<readonly string[]> {
  const method = serviceDefinition(v1.Checkpoint)['VerifyStream']!;
  const call = client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
  const answers: string[] = [];
  const waiting: (() => void)[] = [];
  call.on('data', ({ reference, errorCode }: v1.VerifyStreamResponse) => {
    answers[reference] = errorCode ?? '';
    waiting.shift()?.();
  });
  for (const [reference, request] of requests.entries()) {
    const answered = new Promise<void>((resolve) => waiting.push(resolve));
    call.write({ reference, request });
    await answered;
    between();
  }
  call.end();
  await new Promise((resolve) => call.on('end', resolve));
  return answers;
}

describe('a device of one province', () => {
  it('verifies nothing in the name of another: one code, many, along a stream, or through the other service', async () => {
    const { checkpoint, personal, client, asked } = await serve(checkpointCaller(BEIJING));
    const mismatch = { code: status.PERMISSION_DENIED, reason: 'CALLER_PROVINCE_MISMATCH', fieldViolations: [{ field: 'context.province' }] };
    expect(await refusalOf(checkpoint.verifyCode({ context: FOREIGN, code: CODE }))).toMatchObject(mismatch);
    expect(await refusalOf(checkpoint.verifyCode({ context: FOREIGN, identityDocument: DOCUMENT }))).toMatchObject(mismatch);
    expect(await refusalOf(checkpoint.verifyBatch({ context: FOREIGN, codes: [CODE] }))).toMatchObject(mismatch);
    expect(await refusalOf(personal.verifyCode({ context: FOREIGN, code: CODE }))).toMatchObject(mismatch);
    expect(await stream(client, [{ context: FOREIGN, code: CODE }, { context, code: CODE }])).toEqual(['CALLER_PROVINCE_MISMATCH', '']);
    expect(asked).toEqual(['code']);
  });

  it('asks about identity documents within a limit of their own, and goes on scanning beyond it', async () => {
    const { checkpoint, personal, client, asked } = await serve(checkpointCaller(BEIJING), { identityQuery: { count: 2, perMs: 60_000 } });
    const ask = { context, identityDocument: DOCUMENT };
    expect((await refusalOf(checkpoint.verifyCode(ask))).reason).toBe('ADAPTER_TIMEOUT');
    expect((await refusalOf(personal.verifyCode(ask))).reason).toBe('ADAPTER_TIMEOUT');
    const refused = await refusalOf(checkpoint.verifyCode(ask));
    expect(refused).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'RATE_LIMIT_EXCEEDED', message: 'more than IDENTITY_QUERY_LIMIT allows: 2 a minute' });
    expect(Number(refused.metadata['retry_after_ms'])).toBeGreaterThan(1000);
    expect(await stream(client, [ask, { context, code: CODE }])).toEqual(['RATE_LIMIT_EXCEEDED', '']);
    expect(asked).toEqual(['person', 'person', 'code']);
  });

  it('is counted by codes: those of a batch each, those of a stream each, and a batch beyond the limit takes all of it', async () => {
    const { checkpoint, client } = await serve(checkpointCaller(BEIJING), { verify: { count: 10, perMs: 3_600_000 } });
    await checkpoint.verifyBatch({ context, codes: [CODE, CODE, CODE, CODE] });
    await checkpoint.verifyCode({ context, code: CODE });
    expect(await stream(client, [{ context, code: CODE }, { context, code: CODE }])).toEqual(['', '']);
    expect(await refusalOf(checkpoint.verifyBatch({ context, codes: [CODE, CODE, CODE, CODE] }))).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      reason: 'RATE_LIMIT_EXCEEDED',
      message: 'more than VERIFY_LIMIT allows: 10 an hour',
      metadata: { retry_after_ms: expect.stringMatching(/^[1-9][0-9]{5,6}$/) as string },
    });
    await checkpoint.verifyBatch({ context, codes: [CODE, CODE, CODE] });
    expect(await stream(client, [{ context, code: CODE }])).toEqual(['RATE_LIMIT_EXCEEDED']);
    const other = await serve(checkpointCaller(BEIJING), { verify: { count: 10, perMs: 3_600_000 } });
    await other.checkpoint.verifyBatch({ context, codes: Array.from({ length: 50 }, () => CODE) });
    expect((await refusalOf(other.checkpoint.verifyCode({ context, code: CODE }))).reason).toBe('RATE_LIMIT_EXCEEDED');
  });

  it('is asked for its standing at every message of a stream that was open before', async () => {
    let isRevoked = false;
    const standing = { check: (): void => { if (isRevoked) throw new HubError('CERTIFICATE_REVOKED', 'taken back'); } };
    const { client } = await serve(checkpointCaller(BEIJING), {}, standing);
    const request = { context, code: CODE };
    expect(await stream(client, [request, request], () => { isRevoked = true; })).toEqual(['', 'CERTIFICATE_REVOKED']);
  });

  it('is not served along a stream beyond the end of its certificate', async () => {
    let now = NOW;
    const { client } = await serve({ ...checkpointCaller(BEIJING), expiresAt: NOW + 10 }, {}, undefined, () => now);
    const request = { context, code: CODE };
    expect(await stream(client, [request, request], () => { now += 10; })).toEqual(['', 'CALLER_UNIDENTIFIED']);
  });
});

describe('a province itself', () => {
  it('verifies codes in its own name, and never a person by an identity document', async () => {
    const { personal, checkpoint, asked } = await serve(provinceCaller(BEIJING));
    expect((await personal.verifyCode({ context, code: CODE })).verdict?.errorCode).toBe('ADAPTER_TIMEOUT');
    expect(await refusalOf(personal.verifyCode({ context, identityDocument: DOCUMENT }))).toMatchObject({
      code: status.PERMISSION_DENIED,
      reason: 'CALLER_NOT_ALLOWED',
      fieldViolations: [{ field: 'identity_document' }],
    });
    expect((await refusalOf(checkpoint.verifyCode({ context, code: CODE }))).reason).toBe('CALLER_NOT_ALLOWED');
    expect(asked).toEqual(['code']);
  });
});
