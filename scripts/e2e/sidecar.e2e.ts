import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { ALLOWED, contextIn, outcomeOf, refusedAs, verifyPerson, type Outcome } from './outcome.js';
import { persist, startCountry, type RunningCountry } from './running-country.js';
import { startSidecarProcess, type SidecarProcess } from './sidecar-process.js';

const GUIZHOU = '520000';
const BEIJING = '110000';
const SOON = { timeout: 20_000, interval: 100 };

let running: RunningCountry;
let sidecar: SidecarProcess;

/** Of a green person of Guizhou who keeps the colour, and of one who does not. */
let kept: string;
let lost: string;
/** The local code of somebody in Beijing. */
let local: string;

const ask = async (code: string): Promise<v1.VerifyCodeResponse> => sidecar.checkpoint.verifyCode({ context: contextIn(BEIJING), code: Buffer.from(code) });
const judged = async (code: string): Promise<Outcome> => outcomeOf((await ask(code)).verdict ?? {});

beforeAll(async () => {
  running = await startCountry({ provinces: ['guizhou', 'beijing'], adapterSettings: { HEARTBEAT_INTERVAL: '500ms' }, hubSettings: { PACKAGE_INTERVAL: '2s' } });
  const people = (await running.standIn('guizhou').people()).filter(({ value, documentType }) => value === '00' && documentType === '01');
  const tokenOf = async (at: number): Promise<string> => {
    const verdict = await persist(() => verifyPerson(running, { type: '01', number: people[at]!.documentNumber, homeProvince: GUIZHOU }));
    return Buffer.from(verdict.attestation ?? []).toString();
  };
  [kept, lost] = [await tokenOf(1), await tokenOf(2)];
  local = await running.standIn('beijing').showCode(await running.standIn('beijing').getPerson('0'));
  sidecar = await startSidecarProcess(running, BEIJING);
});

afterAll(async () => {
  await sidecar.end('SIGTERM');
  await running.stop();
});

/** The command line, as a person types it; what it printed, and its exit code. */
async function verify(...args: string[]): Promise<readonly [code: number, printed: Readonly<Record<string, unknown>>]> {
  const command = join(checkoutDirectory(), 'dist', 'scripts', 'verify.js');
  const child = spawn(process.execPath, [command, ...args, '--json', '--data', running.dataPath, '--province', BEIJING], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
  const code = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? -1)));
  return [code, JSON.parse(printed) as Record<string, unknown>];
}

describe('a sidecar beside a gate of Beijing', () => {
  it('gets a package, and judges by it what it is shown', async () => {
    await expect.poll(async () => (await sidecar.state()).packageVersion, SOON).toBeGreaterThan(0);
    await expect.poll(async () => judged(kept), SOON).toEqual(ALLOWED);
    const answer = await ask(kept);
    expect(answer.packageVersion).toBeGreaterThan(0);
    expect(answer.verdict?.freshnessAgeSeconds).toBeLessThan(60);
    expect(await judged(local)).toEqual(ALLOWED);
    expect((await ask(local)).packageVersion).toBe(0);
  });

  it('follows what a province takes back', async () => {
    await expect.poll(async () => judged(lost), SOON).toEqual(ALLOWED);
    const standIn = running.standIn('guizhou');
    const person = (await standIn.people()).filter(({ value, documentType }) => value === '00' && documentType === '01')[2]!;
    const began = performance.now();
    await standIn.setStatus(person, '10');
    await expect.poll(async () => judged(lost), { timeout: 20_000, interval: 10 }).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
    expect(performance.now() - began).toBeLessThan(5000);
    expect((await ask(lost)).packageVersion).toBeGreaterThan(0);
    expect(await judged(kept)).toEqual(ALLOWED);
    const { provinces } = await running.as({ role: 'operator', name: 'a' }).recognition.getPropagation({});
    expect(provinces.find(({ issuer }) => issuer === GUIZHOU)?.offlineConnected?.count).toBeGreaterThan(0);
  });

  it('has the command line fetch the same', async () => {
    const since = Date.now();
    expect(await verify('--update')).toMatchObject([0, { result: 'updated', errorCode: '', refusedLists: [] }]);
    // It does not follow: what has changed since the package was made comes with the next one.
    await expect.poll(async () => Date.parse(String((await verify('--update'))[1]['madeAt'])), SOON).toBeGreaterThan(since);
  });

  it('does not keep a queue waiting for a hub that hangs', async () => {
    running.suspend('hub');
    try {
      const began = performance.now();
      expect(await judged(kept)).toEqual(ALLOWED);
      expect(performance.now() - began).toBeLessThan(500);
      expect(await judged(local)).toEqual(refusedAs('issuer-unreachable', 'NETWORK_NEEDED'));
      expect(performance.now() - began).toBeLessThan(5000);
    } finally {
      running.resume('hub');
    }
    await expect.poll(async () => judged(local), SOON).toEqual(ALLOWED);
  });

  it('goes on when the hub is gone, also after it was killed and started anew', async () => {
    await running.kill('hub');
    await expect.poll(async () => (await sidecar.state()).connected, SOON).toBe(false);
    expect(await verify('--offline', kept)).toMatchObject([0, { status: 'green', advice: 'allow' }]);
    expect(await verify('--offline', lost)).toMatchObject([1, { recognition: 'superseded', errorCode: 'ATTESTATION_SUPERSEDED' }]);
    expect(await verify('--update')).toMatchObject([1, { result: 'failed', errorCode: 'PACKAGE_UNREACHABLE' }]);
    const verdicts = async (): Promise<readonly Outcome[]> => Promise.all([kept, lost, local].map(judged));
    const expected = [ALLOWED, refusedAs('superseded', 'ATTESTATION_SUPERSEDED'), refusedAs('issuer-unreachable', 'NETWORK_NEEDED')];
    expect(await verdicts()).toEqual(expected);
    // What was counted is on disk by then.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await sidecar.end('SIGKILL');
    sidecar = await startSidecarProcess(running, BEIJING);
    expect(await verdicts()).toEqual(expected);
    expect((await sidecar.state()).waitingReports).toBeGreaterThan(0);
  });

  it('reports when the hub is back, as counts', async () => {
    await running.restart('hub');
    await expect.poll(async () => (await sidecar.state()).connected, SOON).toBe(true);
    await expect.poll(async () => (await sidecar.state()).waitingReports, SOON).toBe(0);
    const sql = `SELECT province, error_code, issuer, sum(count)::int AS n FROM check_count WHERE error_code = 'NETWORK_NEEDED' GROUP BY 1, 2, 3`;
    await expect.poll(() => running.query('hub', sql), SOON).toEqual([{ province: BEIJING, error_code: 'NETWORK_NEEDED', issuer: BEIJING, n: 3 }]);
    await expect.poll(async () => judged(local), SOON).toEqual(ALLOWED);
    expect(await judged(kept)).toEqual(ALLOWED);
    expect(await verify('--report')).toMatchObject([0, { sent: 2, refused: 0, waiting: 0 }]);
  });
});
