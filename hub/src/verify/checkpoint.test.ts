import { Metadata, status, type Client, type ServiceError } from '@grpc/grpc-js';
import { serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { checkpointCaller, openGuard, serveAs } from '../identity/certificates.fixture.js';
import { CheckpointService, STREAM_CONCURRENCY } from './checkpoint.grpc.js';
import { VerificationCounter } from './verification-counter.js';
import type { VerifiedCode } from './verified-code.js';
import { BatchVerifier } from './verify-batch.js';
import { CodeVerifier } from './verify-code.js';
import { LocalCodeVerifier } from './verify-local-code.js';
import { BEIJING, CHECKPOINT, GUIZHOU, Knowledge, NOW, OTHER_SUBJECT, bytes, sign, signTest } from './verify.fixture.js';

const hub = new Knowledge();
const counter = new VerificationCounter();
const pool: Uint8Array[] = [];
let client: Client;
const open: (() => Promise<void>)[] = [];
let checkpoint: v1.Checkpoint;
let underWay = 0;
let mostUnderWay = 0;
let holdLocalCodes: Promise<void> = Promise.resolve();

const context = CHECKPOINT.context;

beforeAll(async () => {
  const superseded = await hub.know({ sequence: 1, authority: '520100' });
  const known = await hub.know({ sequence: 2 }, { maskedName: '测*甲' });
  const red = await hub.know({ sequence: 3, subject: OTHER_SUBJECT, status: '10', reason: 'CLOSE_CONTACT' });
  const unlisted = await sign({ sequence: 4, subject: `1.${'C'.repeat(42)}A` });
  const equivocal = await sign({ sequence: 2, status: '01' });
  const foreign = await sign({ sequence: 9 }, {}, BEIJING);
  const attested = [superseded.token, known.token, known.presentation, red.token, unlisted.token, equivocal.token, foreign.token, `${known.token} `, known.token.slice(0, 99)];
  const tests = [await hub.knowTest({ sequence: 20 }), await hub.knowTest({ sequence: 21, subject: OTHER_SUBJECT, status: 'positive' }), await signTest({ sequence: 22 })];
  const converted = await hub.know({ issuer: BEIJING, sequence: 5, source: { issuer: GUIZHOU, sequence: 2, issuedAt: NOW - 3600 } });
  pool.push(...[...attested, 'local code', 'local code of a province that is down', 'x'.repeat(4097), ...tests.map(({ token }) => token), converted.token].map(bytes));
  const caller = {
    attestCode: async (_: string, code: Uint8Array) => {
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      await holdLocalCodes;
      underWay -= 1;
      if (code.length > 12) throw new HubError('ADAPTER_TIMEOUT', 'late');
      return { token: red.token, availability: 'available' as const };
    },
  };
  const local = new LocalCodeVerifier(() => ({ owner: { code: GUIZHOU, standing: 'admitted' } }), caller, hub.attested);
  const nobody = { verify: (): Promise<VerifiedCode> => Promise.reject(new Error('a fault')) };
  const codes = new CodeVerifier(hub.attested, local, nobody, hub.policies);
  const service = new CheckpointService(codes, new BatchVerifier(hub.attested, codes, hub.policies, counter), counter, openGuard(), () => NOW);
  const served = await serveAs(checkpointCaller(BEIJING), [service]);
  open.push(served.stop);
  client = served.client;
  checkpoint = v1.Checkpoint.create(unaryTransport(client, { timeoutMs: 5000, metadata: new Metadata() }));
});

afterAll(async () => {
  await Promise.all(open.map((stop) => stop()));
});

const openStream = () => {
  const method = serviceDefinition(v1.Checkpoint)['VerifyStream'];
  if (method === undefined) throw new Error('no such method');
  return client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
};

describe('Checkpoint.VerifyCode', () => {
  it('answers what a recognised attestation says', async () => {
    const { verdict } = await checkpoint.verifyCode({ context, code: pool[3] ?? null });
    expect(verdict).toMatchObject({
      status: v1.HealthStatus.HEALTH_STATUS_RED, recognition: v1.Recognition.RECOGNITION_RECOGNISED, freshness: v1.Freshness.FRESHNESS_FRESH, advice: v1.Advice.ADVICE_LOCAL_PROCEDURE,
      availability: v1.Availability.AVAILABILITY_AVAILABLE, errorCode: '', issuer: GUIZHOU, sequence: 3, reasonCode: 'CLOSE_CONTACT', ruleId: 'rule-1', ruleVersion: '1', authority: '520000',
      evidenceClass: v1.EvidenceClass.EVIDENCE_CLASS_VERIFIED_SOURCE, original: { system: 'local', field: 'code', value: '00' }, knownAt: { seconds: NOW - 3600 },
    });
    expect(verdict?.attestation).toHaveLength(0);
  });

  it('names a refused attestation but tells nothing that it says', async () => {
    const { verdict } = await checkpoint.verifyCode({ context, code: pool[0] ?? null });
    expect(verdict).toMatchObject({ recognition: v1.Recognition.RECOGNITION_SUPERSEDED, errorCode: 'ATTESTATION_SUPERSEDED', issuer: GUIZHOU, sequence: 1, status: 0, reasonCode: '' });
    expect(verdict?.original ?? null).toBeNull();
  });

  it('hands on the attestation behind a local code, and the disclosed name of a holder', async () => {
    expect((await checkpoint.verifyCode({ context, code: bytes('local code') })).verdict?.attestation).toEqual(pool[3]);
    expect((await checkpoint.verifyCode({ context, code: pool[2] ?? null })).verdict?.maskedName).toBe('测*甲');
  });

  it('says of a test what it is, without a colour', async () => {
    const { verdict } = await checkpoint.verifyCode({ context, code: pool[12] ?? null });
    expect(verdict).toMatchObject({
      kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST, status: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED, advice: v1.Advice.ADVICE_CHECK_STATUS, freshness: v1.Freshness.FRESHNESS_FRESH,
      test: { result: v1.TestResult.TEST_RESULT_NEGATIVE, sampledAt: { seconds: NOW - 7200 }, reportedAt: { seconds: NOW - 3600 }, method: 'pooled', laboratory: '520100' },
    });
    const status = await checkpoint.verifyCode({ context, code: pool[1] ?? null });
    expect(status.verdict).toMatchObject({ kind: v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS });
    expect(status.verdict?.test ?? null).toBeNull();
  });

  it('says of a converted statement what it was made from', async () => {
    const { verdict } = await checkpoint.verifyCode({ context, code: pool[15] ?? null });
    expect(verdict).toMatchObject({ status: v1.HealthStatus.HEALTH_STATUS_GREEN, issuer: BEIJING, source: { issuer: GUIZHOU, sequence: 2, issuedAt: { seconds: NOW - 3600 } } });
  });

  it('takes an attestation for what it is, whatever kind was asked for, and a local code only for that', async () => {
    const kind = v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST;
    expect((await checkpoint.verifyCode({ context, code: pool[1] ?? null, kind })).verdict).toMatchObject({ status: v1.HealthStatus.HEALTH_STATUS_GREEN });
    expect((await checkpoint.verifyCode({ context, code: bytes('local code'), kind })).verdict).toMatchObject({ status: 0, errorCode: 'ATTESTATION_KIND_MISMATCH' });
  });

  it('refuses a request that names no purpose, with the field', async () => {
    const failure = checkpoint.verifyCode({ context: { province: BEIJING }, code: bytes('x') });
    await expect(failure).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringMatching(/^PURPOSE_MISSING/) as string } satisfies Partial<ServiceError>);
  });
});

describe('Checkpoint.VerifyBatch', () => {
  it('answers every code as VerifyCode does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: pool.length - 1 }), { maxLength: 60 }), async (picks) => {
        const codes = picks.map((pick) => pool[pick] ?? new Uint8Array());
        const columns = await checkpoint.verifyBatch({ context, codes });
        for (const [position, code] of codes.entries()) {
          const { verdict } = await checkpoint.verifyCode({ context, code });
          const reason = verdict?.recognition === v1.Recognition.RECOGNITION_RECOGNISED ? verdict.reasonCode : verdict?.errorCode;
          expect([columns.statuses[position], columns.recognitions[position], columns.freshnesses[position], columns.advices[position], columns.reasonCodes[columns.reasons[position] ?? -1]]).toEqual(
            [verdict?.status, verdict?.recognition, verdict?.freshness, verdict?.advice, reason]);
        }
        expect(columns.statuses).toHaveLength(codes.length);
      }),
      { numRuns: 25 },
    );
  });

  it('advises on a test, and shows no colour for it', async () => {
    const columns = await checkpoint.verifyBatch({ context, codes: [pool[12], pool[13], pool[14], pool[1]].map((code) => code ?? new Uint8Array()) });
    expect(columns.statuses).toEqual([0, 0, 0, v1.HealthStatus.HEALTH_STATUS_GREEN]);
    expect(columns.advices).toEqual([v1.Advice.ADVICE_CHECK_STATUS, v1.Advice.ADVICE_LOCAL_PROCEDURE, v1.Advice.ADVICE_CHECK_STATUS, v1.Advice.ADVICE_ALLOW]);
  });

  it('answers an empty code and goes on', async () => {
    const columns = await checkpoint.verifyBatch({ context, codes: [new Uint8Array(), pool[1] ?? new Uint8Array()] });
    expect(columns.recognitions).toEqual([v1.Recognition.RECOGNITION_UNKNOWN_CODE, v1.Recognition.RECOGNITION_RECOGNISED]);
    expect(columns.reasonCodes[columns.reasons[0] ?? -1]).toBe('CODE_MISSING');
  });

  it('counts by purpose and outcome', async () => {
    const of = (): number => counter.snapshot().find(({ purpose, recognition }) => purpose === 'PURPOSE_SELF' && recognition === 'recognised')?.count ?? 0;
    await checkpoint.verifyBatch({ context: { ...context, purpose: v1.Purpose.PURPOSE_SELF }, codes: [pool[1] ?? new Uint8Array(), pool[4] ?? new Uint8Array()] });
    expect(of()).toBe(2);
  });
});

describe('Checkpoint.VerifyStream', () => {
  it('answers each message with its reference, says what it could not understand, and goes on', async () => {
    const stream = openStream();
    const answers: v1.VerifyStreamResponse[] = [];
    stream.on('data', (answer: v1.VerifyStreamResponse) => answers.push(answer));
    stream.write({ reference: 1, request: { context, code: pool[1] } });
    stream.write({ reference: 2, request: { context } });
    stream.write({ reference: 3, request: { context, identityDocument: { type: '03', number: 'E12345678' } } });
    stream.write({ reference: 4 });
    stream.write({ reference: 5, request: { context, code: pool[0] } });
    stream.end();
    await new Promise((resolve) => stream.on('end', resolve));
    const outcomes = new Map(answers.map((answer) => [answer.reference, answer.errorCode || (answer.response?.verdict?.recognition ?? 0)]));
    expect(Object.fromEntries(outcomes)).toEqual({
      1: v1.Recognition.RECOGNITION_RECOGNISED, 2: 'CODE_MISSING', 3: 'INTERNAL', 4: 'REQUEST_INVALID', 5: v1.Recognition.RECOGNITION_SUPERSEDED,
    });
  });

  it('has a bounded number of codes under way, and answers all of them', async () => {
    let release: () => void = () => undefined;
    holdLocalCodes = new Promise((resolve) => { release = resolve; });
    mostUnderWay = 0;
    const stream = openStream();
    let answers = 0;
    stream.on('data', () => (answers += 1));
    for (let reference = 1; reference <= 500; reference += 1) stream.write({ reference, request: { context, code: bytes('local code') } });
    stream.end();
    await expect.poll(() => underWay).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(mostUnderWay).toBeLessThanOrEqual(STREAM_CONCURRENCY);
    release();
    await new Promise((resolve) => stream.on('end', resolve));
    expect(answers).toBe(500);
  });

  it('survives a caller that goes away in the middle', async () => {
    let release: () => void = () => undefined;
    holdLocalCodes = new Promise((resolve) => { release = resolve; });
    const stream = openStream();
    stream.on('error', () => undefined);
    stream.write({ reference: 1, request: { context, code: bytes('local code') } });
    await expect.poll(() => underWay).toBeGreaterThan(0);
    stream.cancel();
    release();
    expect((await checkpoint.verifyCode({ context, code: pool[1] ?? null })).verdict?.recognition).toBe(v1.Recognition.RECOGNITION_RECOGNISED);
  });
});
