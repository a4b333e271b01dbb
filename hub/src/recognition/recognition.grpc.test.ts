import { Metadata, status, type Client, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { canaryCode, serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkpointCaller, openGuard, serveAs } from '../identity/certificates.fixture.js';
import type { GrpcService } from '../platform/grpc-handlers.js';
import { recogniseCode } from '../province-call/recognise-code.js';
import { CheckpointService } from '../verify/checkpoint.grpc.js';
import { VerificationCounter } from '../verify/verification-counter.js';
import { BatchVerifier } from '../verify/verify-batch.js';
import { CodeVerifier } from '../verify/verify-code.js';
import { LocalCodeVerifier } from '../verify/verify-local-code.js';
import { BEIJING, claims, GUIZHOU, Knowledge, NOW, SICHUAN, signClaims } from '../verify/verify.fixture.js';
import type { RecognitionMatrix } from './matrix.js';
import { ProbePlan } from './probe-plan.js';
import { ProbeSchedule } from './probe.schedule.js';
import { Probes, type ProbeResult, type RefusedReport } from './probes.js';
import { REFUSED_REPORTS_MAX, RecognitionService } from './recognition.grpc.js';

const matrix: RecognitionMatrix = {
  generatedAt: NOW, provinces: [BEIJING, GUIZHOU], probeIntervalMs: 60_000,
  cells: [{ receiver: BEIJING, issuer: GUIZHOU, declared: { state: 'restricted', cause: 'STRICTER_POLICY', asOf: 5 }, configured: { state: 'yes', asOf: 6 }, working: { state: 'no', cause: 'NOT_PROBED' } }],
};

const results: ProbeResult[] = [];
const refusals: RefusedReport[] = [];
const probes = new Probes({ record: (result) => results.push(result), now: Date.now, firstReference: 7 });
const schedule = new ProbeSchedule({
  probes, plan: new ProbePlan(3_600_000), tickMs: 1000, results: { exchange: async () => undefined, findFailing: () => undefined }, provinces: () => [], now: Date.now, logger: { info: () => undefined, warn: () => undefined },
});
const open: (() => Promise<void>)[] = [];
const clients = new Map<string, Client>();

const clientOf = (province: string): Client => {
  const client = clients.get(province);
  if (client === undefined) throw new Error('no such client');
  return client;
};

/** A checkpoint of a province, and the hub it speaks to: Guizhou answers that its green canary is green. */
async function serve(province: typeof BEIJING): Promise<void> {
  const hub = new Knowledge();
  const caller = {
    attestCode: async () => ({ token: (await signClaims({ ...claims(), kind: 'canary', status: 'canary-green' })).token, availability: 'available' as const }),
  };
  const owners = [{ code: GUIZHOU, standing: 'admitted' as const, recognisers: [] }];
  const nobody = { verify: () => Promise.reject(new Error('no document was shown')) };
  const codes = new CodeVerifier(hub.attested, new LocalCodeVerifier((code) => recogniseCode(code, owners), caller, hub.attested), nobody, hub.policies);
  const counter = new VerificationCounter();
  const checkpoint = new CheckpointService(codes, new BatchVerifier(hub.attested, codes, hub.policies, counter), counter, openGuard(), () => NOW);
  const recognition = new RecognitionService({
    getMatrix: () => matrix,
    listPolicies: async () => ({ policies: [{ id: 'national-floor', version: 1 }] }),
    probes,
    admitMessage: () => undefined,
    onRefused: (_, reason) => refusals.push(reason),
  });
  const whole: GrpcService = { definition: checkpoint.definition, handlers: { ...checkpoint.handlers, WatchRevocations: () => undefined } };
  const served = await serveAs(checkpointCaller(province), [whole, recognition]);
  clients.set(province, served.client);
  open.push(served.stop);
}

const unaryOf = (province: string) => unaryTransport(clientOf(province), { timeoutMs: 3000, metadata: new Metadata() });

interface ProbeStream {
  readonly tasks: v1.ProbeResponse[];
  readonly call: ClientDuplexStream<v1.ProbeRequest.$Properties, v1.ProbeResponse>;
  readonly ended: Promise<number>;
}

function openStream(province: string): ProbeStream {
  const method = serviceDefinition(v1.MutualRecognition)['Probe'];
  if (method === undefined) throw new Error('no such method');
  const call = clientOf(province).makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize) as ProbeStream['call'];
  const tasks: v1.ProbeResponse[] = [];
  call.on('data', (task: v1.ProbeResponse) => tasks.push(task));
  const ended = new Promise<number>((resolve) => {
    call.on('end', () => { resolve(status.OK); });
    call.on('error', (error: ServiceError) => { resolve(error.code); });
  });
  call.write({});
  return { tasks, call, ended };
}

const verify = async (province: string, code: Uint8Array) => {
  const { verdict } = await v1.Checkpoint.create(unaryOf(province)).verifyCode({ context: { province, purpose: v1.Purpose.PURPOSE_CHECKPOINT }, code });
  return v1.Verdict.encode(verdict ?? {}).finish();
};

async function nextTask(stream: ProbeStream, receiver = BEIJING): Promise<v1.ProbeResponse> {
  const before = stream.tasks.length;
  probes.ask({ receiver, issuer: GUIZHOU, canary: v1.Canary.CANARY_GREEN });
  await expect.poll(() => stream.tasks.length).toBe(before + 1);
  return stream.tasks[before] ?? v1.ProbeResponse.create();
}

beforeAll(async () => {
  await Promise.all([serve(BEIJING), serve(SICHUAN)]);
  await schedule.start();
});
afterAll(async () => {
  await schedule.stop();
  await Promise.all(open.map((stop) => stop()));
});
beforeEach(() => {
  results.length = 0;
  refusals.length = 0;
});

describe('MutualRecognition.GetMatrix and ListPolicies', () => {
  it('answer what is known', async () => {
    const answer = await v1.MutualRecognition.create(unaryOf(BEIJING)).getMatrix({});
    expect(answer).toMatchObject({
      generatedAt: { seconds: NOW }, provinces: [BEIJING, GUIZHOU], probeIntervalSeconds: 60,
      cells: [{
        receiver: BEIJING, issuer: GUIZHOU,
        declared: { state: v1.FactState.FACT_STATE_RESTRICTED, cause: 'STRICTER_POLICY', asOf: { seconds: 5 } },
        configured: { state: v1.FactState.FACT_STATE_YES, cause: '' },
        working: { state: v1.FactState.FACT_STATE_NO, cause: 'NOT_PROBED' },
      }],
    });
    expect((await v1.MutualRecognition.create(unaryOf(BEIJING)).listPolicies({})).policies).toMatchObject([{ id: 'national-floor' }]);
  });
});

describe('MutualRecognition.Probe', () => {
  it('tells a checkpoint what to ask, and counts what it was answered on the real way', async () => {
    const stream = openStream(BEIJING);
    await expect.poll(() => probes.hasDevice(BEIJING)).toBe(true);
    const task = await nextTask(stream);
    expect(task).toMatchObject({ issuer: GUIZHOU, canary: v1.Canary.CANARY_GREEN });
    expect(Buffer.from(task.code).toString()).toBe(canaryCode(GUIZHOU, 'green'));
    stream.call.write({ reference: task.reference, verdict: await verify(BEIJING, task.code) });
    await expect.poll(() => results).toMatchObject([{ receiver: BEIJING, issuer: GUIZHOU }]);
    expect(results[0]).not.toHaveProperty('cause');
    stream.call.end();
    expect(await stream.ended).toBe(status.OK);
    expect(probes.hasDevice(BEIJING)).toBe(false);
  });

  it('counts nothing that a device makes up, or that another one asked', async () => {
    const [stream, other] = [openStream(BEIJING), openStream(SICHUAN)];
    await expect.poll(() => probes.hasDevice(BEIJING) && probes.hasDevice(SICHUAN)).toBe(true);
    const task = await nextTask(stream);
    const verdict = await verify(SICHUAN, task.code);
    stream.call.write({ reference: task.reference, verdict });
    await expect.poll(() => refusals).toEqual(['VERDICT_NOT_GIVEN']);
    other.call.write({ reference: task.reference, verdict });
    await expect.poll(() => refusals.at(-1)).toBe('REFERENCE_FOREIGN');
    stream.call.write({ reference: task.reference, verdict: Uint8Array.of(0x0a, 0xff, 0xff) });
    await expect.poll(() => refusals.at(-1)).toBe('VERDICT_MALFORMED');
    stream.call.write({ reference: 1, verdict });
    await expect.poll(() => refusals.at(-1)).toBe('REFERENCE_UNKNOWN');
    expect(results).toEqual([]);
    stream.call.cancel();
    other.call.cancel();
    await expect.poll(() => probes.hasDevice(BEIJING) || probes.hasDevice(SICHUAN)).toBe(false);
  });

  it('ends a stream that reports on and on what nobody asked', async () => {
    const stream = openStream(BEIJING);
    await expect.poll(() => probes.hasDevice(BEIJING)).toBe(true);
    for (let times = 0; times <= REFUSED_REPORTS_MAX; times += 1) stream.call.write({ reference: 1 });
    expect(await stream.ended).toBe(status.INVALID_ARGUMENT);
    expect(probes.hasDevice(BEIJING)).toBe(false);
  });

  it('lets the devices go when the hub stops', async () => {
    const stream = openStream(BEIJING);
    await expect.poll(() => probes.hasDevice(BEIJING)).toBe(true);
    probes.dismiss();
    expect(await stream.ended).toBe(status.OK);
  });
});
