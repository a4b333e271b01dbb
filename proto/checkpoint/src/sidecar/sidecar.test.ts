import { rmSync } from 'node:fs';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BEIJING, gateFiles, GUIZHOU, LIST_URI, nextOf, nowSeconds, refusedBy, TestHub, until } from '../checkpoint-world.fixture.js';
import { makeDevice } from '../device.js';
import { createLogger } from '../platform/logger.js';
import type { ServerTls } from './sidecar-server.js';
import { startSidecar, type Sidecar } from './start-sidecar.js';

const CONTEXT = { province: BEIJING, checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL, purpose: v1.Purpose.PURPOSE_CHECKPOINT };

let hub: TestHub;
let folder: string;
let running: { readonly sidecar: Sidecar; readonly client: Client; readonly checkpoint: v1.Checkpoint; readonly state: v1.Sidecar } | undefined;

beforeEach(async () => {
  hub = await TestHub.create();
  await hub.start();
  folder = await hub.enrolGate();
});

afterEach(async () => {
  await stop();
  await hub.end();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function start(pinnedRoot: Uint8Array = hub.repository.root(), now: () => number = nowSeconds, tls?: ServerTls) {
  const device = makeDevice({
    files: gateFiles(folder),
    environment: 'production', packageUrl: hub.url, pinnedRoot, folder, now,
  });
  const sidecar = await startSidecar({
    device, hub: { address: hub.address, timeoutMs: 2000 }, listen: '127.0.0.1:0', updateIntervalMs: 150, reportIntervalMs: 200, now, log: createLogger('silent'),
    ...(tls === undefined ? {} : { tls }),
  });
  const client = new Client(sidecar.address, credentials.createInsecure());
  const transport = unaryTransport(client, { timeoutMs: 5000, metadata: new Metadata() });
  running = { sidecar, client, checkpoint: v1.Checkpoint.create(transport), state: v1.Sidecar.create(transport) };
  return running;
}

async function stop(): Promise<void> {
  running?.client.close();
  await running?.sidecar.stop();
  running = undefined;
}

/** Connected, and with a package. */
async function started() {
  const one = await start();
  await until(() => one.sidecar.state().packageVersion === 1 && one.sidecar.state().connected === true);
  return one;
}

const shown = (code: string) => ({ context: CONTEXT, code: Buffer.from(code) });
const brief = ({ verdict }: v1.VerifyCodeResponse) => [v1.Recognition[verdict?.recognition ?? 0], v1.HealthStatus[verdict?.status ?? 0], verdict?.errorCode];
const GREEN = ['RECOGNITION_RECOGNISED', 'HEALTH_STATUS_GREEN', ''];

describe('the sidecar with its hub', { timeout: 30_000 }, () => {
  it('judges an attestation by its package, without asking, and says by which', async () => {
    const { checkpoint } = await started();
    const answer = await checkpoint.verifyCode(shown(await hub.attest(1)));
    expect(brief(answer)).toEqual(GREEN);
    expect(answer).toMatchObject({ packageVersion: 1, verdict: { advice: v1.Advice.ADVICE_ALLOW, freshness: v1.Freshness.FRESHNESS_FRESH, maskedName: '测*', issuer: GUIZHOU, sequence: 1 } });
    expect(answer.verdict?.freshnessLimitSeconds).toBeGreaterThan(answer.verdict?.freshnessAgeSeconds ?? Infinity);
    expect(hub.asked).toEqual([]);
  });

  it('applies a change that it is told, and tells the hub that it has', async () => {
    const { checkpoint } = await started();
    const code = await hub.attest(7);
    expect(brief(await checkpoint.verifyCode(shown(code)))).toEqual(GREEN);
    await until(() => hub.applied.some(({ applied }) => applied.some(({ uri, version }) => uri === LIST_URI && version === 1)));
    await hub.list(7, 1);
    await until(() => hub.applied.some(({ applied }) => applied.some(({ version }) => version === 2)));
    expect(brief(await checkpoint.verifyCode(shown(code)))).toEqual(['RECOGNITION_SUPERSEDED', 'HEALTH_STATUS_UNSPECIFIED', 'ATTESTATION_SUPERSEDED']);
    await hub.list(7, 2);
    await until(() => hub.applied.some(({ applied }) => applied.some(({ version }) => version === 3)));
    expect(brief(await checkpoint.verifyCode(shown(code)))[0]).toBe('RECOGNITION_SUSPENDED');
    await hub.list(7, 0);
    await until(() => hub.applied.some(({ applied }) => applied.some(({ version }) => version === 4)));
    expect(brief(await checkpoint.verifyCode(shown(code)))).toEqual(GREEN);
  });

  it('takes up what it was told before its first package, and the list of a province that no package names yet', async () => {
    await hub.publish({ statusLists: { lists: [] } });
    hub.repository.meddle = (path, response) => {
      if (!path.includes('/package/')) return false;
      response.writeHead(503).end();
      return true;
    };
    const { checkpoint, sidecar } = await start();
    await until(() => hub.streams.size === 1);
    await hub.list(7, 1);
    hub.repository.meddle = undefined;
    const code = await hub.attest(7);
    await until(async () => brief(await checkpoint.verifyCode(shown(code)))[2] === 'ATTESTATION_SUPERSEDED');
    expect(sidecar.state().lists).toMatchObject([{ uri: LIST_URI, version: 2 }]);
    await until(() => hub.applied.some(({ applied }) => applied.some(({ version }) => version === 2)));
  });

  it('fetches a package when it is told that there is one', async () => {
    const { sidecar } = await started();
    await hub.publish();
    hub.tell({ packageVersion: 2 });
    await until(() => sidecar.state().packageVersion === 2);
  });

  it('asks the hub about what only a province can tell, and hands on what it refuses', async () => {
    const { checkpoint } = await started();
    expect(brief(await checkpoint.verifyCode(shown('GZ:12345678')))).toEqual(['RECOGNITION_RECOGNISED', 'HEALTH_STATUS_YELLOW', '']);
    expect(brief(await checkpoint.verifyCode({ context: CONTEXT, identityDocument: { type: '01', number: '990001190001010019' } }))[1]).toBe('HEALTH_STATUS_YELLOW');
    expect(hub.asked).toHaveLength(2);
    hub.answer = refusedBy(status.RESOURCE_EXHAUSTED, 'RATE_LIMIT_EXCEEDED: more than VERIFY_LIMIT allows');
    await expect(checkpoint.verifyCode(shown('GZ:12345678'))).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });

  it('answers many at once and along a stream as one by one, and one that is refused holds up no other', async () => {
    const { checkpoint, client } = await started();
    const green = await hub.attest(1);
    hub.answer = refusedBy(status.RESOURCE_EXHAUSTED, 'RATE_LIMIT_EXCEEDED: more than VERIFY_LIMIT allows');
    const codes = [green, `${green.slice(0, 40)}x`, 'GZ:12345678', green].map((code) => Buffer.from(code));
    const batch = await checkpoint.verifyBatch({ context: CONTEXT, codes });
    expect(batch.reasons.map((at) => batch.reasonCodes[at])).toEqual(['REASON_NOT_STATED', 'ATTESTATION_MALFORMED', 'RATE_LIMIT_EXCEEDED', 'REASON_NOT_STATED']);
    expect(batch.advices.map((advice) => v1.Advice[advice])).toEqual(['ADVICE_ALLOW', 'ADVICE_LOCAL_PROCEDURE', 'ADVICE_TRY_AGAIN', 'ADVICE_ALLOW']);
    const { path, requestSerialize, responseDeserialize } = serviceDefinition(v1.Checkpoint)['VerifyStream']!;
    const stream = client.makeBidiStreamRequest(path, requestSerialize as (value: object) => Buffer, responseDeserialize as (bytes: Buffer) => v1.VerifyStreamResponse);
    stream.write({ reference: 5, request: shown(green) });
    expect(await nextOf(stream)).toMatchObject({ reference: 5, response: { packageVersion: 1 } });
    stream.write({ reference: 6, request: { code: Buffer.from(green) } });
    expect(await nextOf(stream)).toMatchObject({ reference: 6, errorCode: 'REQUEST_INVALID' });
    stream.end();
  });

  it('tells what is wrong with a request by the code and the field that the hub would name', async () => {
    const { checkpoint } = await started();
    const refused = async (request: v1.VerifyCodeRequest.$Properties): Promise<string> => {
      const error = (await checkpoint.verifyCode(request).then(() => undefined, (thrown: unknown) => thrown)) as ServiceError;
      const details = error.metadata.get('grpc-status-details-bin')[0] as Buffer;
      return `${String(error.code)} ${error.details.split(':')[0] ?? ''} ${String(details.includes('google.rpc.BadRequest'))}`;
    };
    expect(await refused({ code: Buffer.from('x') })).toBe('3 REQUEST_INVALID true');
    expect(await refused({ context: { ...CONTEXT, purpose: 0 }, code: Buffer.from('x') })).toBe('3 PURPOSE_MISSING true');
    expect(await refused({ context: CONTEXT })).toBe('3 CODE_MISSING true');
    expect(await refused({ context: { ...CONTEXT, province: '999999' }, code: Buffer.from('x') })).toBe('3 PROVINCE_UNKNOWN true');
    expect(await refused({ context: { ...CONTEXT, province: GUIZHOU }, code: Buffer.from('x') })).toBe('7 CALLER_PROVINCE_MISMATCH true');
  });

  it('says how it is', async () => {
    const { state } = await started();
    const told = await state.getState({});
    expect(told).toMatchObject({ packageVersion: 1, connected: true, lastUpdateError: '', lists: [{ uri: LIST_URI, version: 1 }] });
    expect(Math.abs((told.lastConnectedAt?.seconds ?? 0) - nowSeconds())).toBeLessThan(3);
  });
});

describe('the sidecar without its hub', { timeout: 30_000 }, () => {
  it('goes on judging, says of the rest that a network is needed, reports when the hub is back', async () => {
    const { checkpoint, sidecar } = await started();
    const green = await hub.attest(1);
    await hub.stop();
    await until(() => sidecar.state().connected === false);
    expect(brief(await checkpoint.verifyCode(shown(green)))).toEqual(GREEN);
    expect(brief(await checkpoint.verifyCode(shown('GZ:12345678')))).toEqual(['RECOGNITION_ISSUER_UNREACHABLE', 'HEALTH_STATUS_UNSPECIFIED', 'NETWORK_NEEDED']);
    expect(brief(await checkpoint.verifyCode({ context: CONTEXT, identityDocument: { type: '01', number: '990001190001010019' } }))[2]).toBe('NETWORK_NEEDED');
    expect(brief(await checkpoint.verifyCode(shown('https://example.org/menu')))[2]).toBe('CODE_UNKNOWN');
    expect(sidecar.state().waitingReports).toBeGreaterThan(0);
    await until(() => sidecar.state().lastUpdateError === 'PACKAGE_UNREACHABLE');
    await hub.restart();
    await until(() => sidecar.state().waitingReports === 0 && hub.reports.length > 0);
    const counts = hub.reports.flatMap((report) => report.counts).map(({ recognition, errorCode, issuer, count }) => [v1.Recognition[recognition ?? 0], errorCode, issuer, count]);
    expect(counts).toContainEqual(['RECOGNITION_ISSUER_UNREACHABLE', 'NETWORK_NEEDED', GUIZHOU, 1]);
    expect(counts).toContainEqual(['RECOGNITION_UNKNOWN_CODE', 'CODE_UNKNOWN', '', 1]);
    expect(hub.reports.every(({ hour }) => (hour?.seconds ?? 1) % 3600 === 0)).toBe(true);
    await until(() => sidecar.state().lastUpdateError === '');
  });

  it('judges by what it kept after it was started anew, the list’s last change included', async () => {
    const { checkpoint } = await started();
    const [green, red, gone] = [await hub.attest(1), await hub.attest(2, '10'), await hub.attest(3)];
    expect(brief(await checkpoint.verifyCode(shown(red)))[1]).toBe('HEALTH_STATUS_RED');
    await hub.list(3, 1);
    await until(() => hub.applied.some(({ applied }) => applied.some(({ version }) => version === 2)));
    await stop();
    await hub.stop();
    const again = await start();
    expect(brief(await again.checkpoint.verifyCode(shown(green)))).toEqual(GREEN);
    expect(brief(await again.checkpoint.verifyCode(shown(red)))[1]).toBe('HEALTH_STATUS_RED');
    expect(brief(await again.checkpoint.verifyCode(shown(gone)))[2]).toBe('ATTESTATION_SUPERSEDED');
  });

  it('lets nobody pass by a package it never had, nor by one of an unknown root', async () => {
    await hub.stop();
    const { checkpoint } = await start();
    expect(brief(await checkpoint.verifyCode(shown(await hub.attest(1))))).toEqual(['RECOGNITION_ISSUER_UNREACHABLE', 'HEALTH_STATUS_UNSPECIFIED', 'PACKAGE_MISSING']);
    await stop();
    await hub.restart();
    const other = await TestHub.create();
    const { sidecar } = await start(other.repository.root());
    await until(() => sidecar.state().lastUpdateError === 'PACKAGE_SIGNATURE_INVALID');
    expect(sidecar.state().packageVersion).toBe(0);
    await other.end();
  });

  it('keeps the package in use where the next one is empty, older or cut off', async () => {
    const { checkpoint, sidecar } = await started();
    const green = await hub.attest(1);
    const older = hub.repository.files.get('/package/metadata/timestamp.json')!.body;
    await hub.publish({ provinces: { provinces: [] } });
    await until(() => sidecar.state().lastUpdateError === 'PACKAGE_EMPTY');
    expect(brief(await checkpoint.verifyCode(shown(green)))).toEqual(GREEN);
    hub.repository.put('/package/metadata/timestamp.json', older);
    await until(() => sidecar.state().lastUpdateError === 'PACKAGE_ROLLED_BACK');
    await hub.publish();
    hub.repository.put('/package/metadata/3.targets.json', '{"signed":{');
    await until(() => sidecar.state().lastUpdateError === 'PACKAGE_TRUNCATED');
    expect(brief(await checkpoint.verifyCode(shown(green)))).toEqual(GREEN);
    expect(sidecar.state().packageVersion).toBe(1);
    await hub.publish();
    await until(() => sidecar.state().packageVersion === 4);
  });
});

describe('a clock that is wrong by a day', { timeout: 30_000 }, () => {
  it.each([['behind', -86_400, 'CLOCK_BEHIND'], ['ahead', 86_400, 'CLOCK_AHEAD']] as const)('lets nobody pass by a clock that is %s, and asks the hub while it is there', async (_, offset, code) => {
    const { checkpoint, sidecar } = await start(undefined, () => nowSeconds() + offset);
    await until(() => sidecar.state().connected === true && sidecar.state().packageVersion === 1);
    const green = await hub.attest(1);
    expect(brief(await checkpoint.verifyCode(shown(green)))[1]).toBe('HEALTH_STATUS_YELLOW');
    await hub.stop();
    await until(() => sidecar.state().connected === false);
    expect(brief(await checkpoint.verifyCode(shown(green)))).toEqual(['RECOGNITION_ISSUER_UNREACHABLE', 'HEALTH_STATUS_UNSPECIFIED', code]);
  });
});

describe('what else is shown', { timeout: 30_000 }, () => {
  it('has a result of its own, none of which is a colour', async () => {
    const { checkpoint, sidecar } = await started();
    await hub.stop();
    await until(() => sidecar.state().connected === false);
    const green = await hub.attest(1);
    const other = await TestHub.create();
    const outcomes = new Map<string, string>();
    for (const [what, code] of [
      ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
      ['the code of another system', Buffer.from('WIFI:T:WPA;S:gate;P:secret;;')],
      ['too much', Buffer.alloc(5000, 'a')],
      ['half of a code', Buffer.from(green.slice(0, 200))],
      ['a signature of another key', Buffer.from(await other.attest(1))],
      ['a name that was changed', Buffer.from(`${green.split('~')[0] ?? ''}~${Buffer.from('["c2FsdC1zYWx0LXNhbHQtcw","masked_name","王*"]').toString('base64url')}~`)],
    ] as const) {
      const { verdict } = await checkpoint.verifyCode({ context: CONTEXT, code });
      expect([what, v1.HealthStatus[verdict?.status ?? 0], verdict?.maskedName]).toEqual([what, 'HEALTH_STATUS_UNSPECIFIED', '']);
      outcomes.set(what, verdict?.errorCode ?? '');
    }
    await other.end();
    expect(Object.fromEntries(outcomes)).toEqual({
      'bytes that are no text': 'CODE_NOT_TEXT', 'the code of another system': 'CODE_UNKNOWN', 'too much': 'CODE_TOO_LARGE', 'half of a code': 'ATTESTATION_MALFORMED',
      'a signature of another key': 'ATTESTATION_KEY_UNKNOWN', 'a name that was changed': 'ATTESTATION_DISCLOSURE_INVALID',
    });
  });
});

describe('the port of the sidecar', { timeout: 30_000 }, () => {
  const healthOf = (client: Client): Promise<string> =>
    new Promise((resolve) => {
      client.makeUnaryRequest('/grpc.health.v1.Health/Check', (bytes: Buffer) => bytes, (bytes: Buffer) => bytes, Buffer.alloc(0), (error, answer) => resolve(error === null ? (answer?.toString('hex') ?? '') : status[error.code]));
    });

  it('serves as soon as it has a package, hub or no hub, and not before', async () => {
    await hub.stop();
    const { client } = await start();
    expect(await healthOf(client)).toBe('0802');
    await hub.restart();
    await until(async () => (await healthOf(client)) === '0801');
    await hub.stop();
    await until(() => running?.sidecar.state().connected === false);
    expect(await healthOf(client)).toBe('0801');
  });

  it('answers gates of its authority alone where it has one', async () => {
    const { certificate, key } = await hub.servers.issueServer();
    const { sidecar } = await start(undefined, nowSeconds, { certificate, key, clientAuthority: hub.members.certificate });
    const own = await hub.members.issueClient({ role: 'checkpoint', province: BEIJING, name: 'turnstile' });
    const gates = [credentials.createSsl(hub.servers.certificate, own.key, own.certificate), credentials.createSsl(hub.servers.certificate), credentials.createInsecure()].map((one) => new Client(sidecar.address, one));
    await until(async () => (await healthOf(gates[0]!)) === '0801');
    expect(await Promise.all(gates.map(healthOf))).toEqual(['0801', 'UNAVAILABLE', 'UNAVAILABLE']);
    for (const gate of gates) gate.close();
  });
});
