import { parseProvinceCode } from '@health-code/attestation';
import { canaryCode, v1 } from '@health-code/messages';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../identity/caller.js';
import { toCanaryVerdict } from './judge-probe.js';
import { Probes, REPORT_TIMEOUT_MS, type ProbeResult, type ProbeTask } from './probes.js';

const BEIJING = parseProvinceCode('110000');
const SICHUAN = parseProvinceCode('510000');
const GUIZHOU = '520000';

const deviceOf = (province: typeof BEIJING, name: string): Caller => ({
  role: 'checkpoint', id: `spiffe://test/checkpoint/${province}/${name}`, province, fingerprint: name,
});
const GATE = deviceOf(BEIJING, 'gate');
const OTHER_GATE = deviceOf(BEIJING, 'other');
const FOREIGN = deviceOf(SICHUAN, 'gate');

const GREEN: v1.Verdict.$Properties = { recognition: 1, advice: 3, kind: 3, canaryStatus: 1, issuer: GUIZHOU, sequence: 7 };
const serialised = (verdict: v1.Verdict.$Properties): Uint8Array => v1.Verdict.encode(verdict).finish();

let now: number;
let results: ProbeResult[];
let tasks: ProbeTask[];
let probes: Probes;
let withdraw: () => void;

beforeEach(() => {
  now = 1_800_000_000_000;
  results = [];
  tasks = [];
  probes = new Probes({ record: (result) => results.push(result), now: () => now, firstReference: 1000 });
  withdraw = probes.offer(GATE, { send: (task) => tasks.push(task), end: () => undefined });
});

const ask = (canary: ProbeTask['canary'] = v1.Canary.CANARY_GREEN): ProbeTask => {
  expect(probes.ask({ receiver: BEIJING, issuer: GUIZHOU, canary })).toBe(true);
  const task = tasks.at(-1);
  if (task === undefined) throw new Error('nobody was asked');
  return task;
};
const witness = (caller: Caller, task: ProbeTask, verdict = GREEN): void => {
  probes.witness(caller, task.code, toCanaryVerdict(verdict));
};
const report = (caller: Caller, reference: number, verdict: Uint8Array = serialised(GREEN), errorCode = '') => probes.report(caller, { reference, verdict, errorCode });

describe('Probes', () => {
  it('count what a device asked over its own connection and was answered as it must be', () => {
    const task = ask();
    expect(Buffer.from(task.code).toString()).toBe(canaryCode(GUIZHOU, 'green'));
    witness(GATE, task);
    expect(report(GATE, task.reference)).toBeUndefined();
    expect(results).toEqual([{ receiver: BEIJING, issuer: GUIZHOU, measuredAt: now, canary: v1.Canary.CANARY_GREEN }]);
  });

  it('name what was wrong with the answer', () => {
    const task = ask();
    const unreachable = { recognition: 8, errorCode: 'ADAPTER_UNREACHABLE', issuer: GUIZHOU };
    witness(GATE, task, unreachable);
    report(GATE, task.reference, serialised(unreachable));
    expect(results).toMatchObject([{ cause: 'ADAPTER_UNREACHABLE' }]);
  });

  it('count no answer that the hub never gave: a loop in a device proves nothing', () => {
    const task = ask();
    expect(report(GATE, task.reference)).toBe('VERDICT_NOT_GIVEN');
    witness(FOREIGN, task);
    witness(OTHER_GATE, task);
    witness({ ...GATE, fingerprint: 'of another certificate' }, task);
    expect(report(GATE, task.reference)).toBe('VERDICT_NOT_GIVEN');
    expect(results).toEqual([]);
  });

  it('count no other verdict than the hub gave, and no bytes that are none', () => {
    const task = ask();
    witness(GATE, task, { recognition: 8, errorCode: 'ADAPTER_UNREACHABLE', issuer: GUIZHOU });
    expect(report(GATE, task.reference)).toBe('VERDICT_DIFFERS');
    expect(report(GATE, task.reference, Uint8Array.of(0x0a, 0xff))).toBe('VERDICT_MALFORMED');
    expect(report(GATE, task.reference, new Uint8Array(1_000_000))).toBe('VERDICT_MALFORMED');
    expect(report(GATE, task.reference, new Uint8Array())).toBe('VERDICT_MALFORMED');
    expect(results).toEqual([]);
  });

  it('count no report on what was not asked, was asked of another device, is reported twice or too late', () => {
    const task = ask();
    witness(GATE, task);
    expect(report(GATE, task.reference + 1)).toBe('REFERENCE_UNKNOWN');
    expect(report(FOREIGN, task.reference)).toBe('REFERENCE_FOREIGN');
    expect(report(OTHER_GATE, task.reference)).toBe('REFERENCE_FOREIGN');
    expect(results).toEqual([]);
    expect(report(GATE, task.reference)).toBeUndefined();
    expect(report(GATE, task.reference)).toBe('REFERENCE_UNKNOWN');
    const late = ask();
    witness(GATE, late);
    now += REPORT_TIMEOUT_MS + 1;
    probes.expire();
    expect(report(GATE, late.reference)).toBe('REFERENCE_UNKNOWN');
    expect(results.map(({ cause }) => cause)).toEqual([undefined, 'NO_REPORT']);
  });

  it('give up what nobody reports on, and nothing before its time', () => {
    ask();
    now += REPORT_TIMEOUT_MS - 1;
    ask();
    probes.expire();
    expect(results).toEqual([]);
    now += 1;
    probes.expire();
    expect(results).toHaveLength(1);
  });

  it('say why a call failed, of the closed list alone', () => {
    report(GATE, ask().reference, new Uint8Array(), 'RATE_LIMIT_EXCEEDED');
    report(GATE, ask().reference, new Uint8Array(), 'UNAVAILABLE');
    expect(results.map(({ cause }) => cause)).toEqual(['RATE_LIMIT_EXCEEDED', 'CALL_FAILED']);
  });

  it('tell two questions about one canary apart, the older first', () => {
    const [one, two] = [ask(), ask()];
    witness(GATE, one);
    expect(report(GATE, two.reference)).toBe('VERDICT_NOT_GIVEN');
    expect(report(GATE, one.reference)).toBeUndefined();
  });

  it('let every device go when the hub stops', () => {
    let ended = 0;
    for (const caller of [OTHER_GATE, FOREIGN]) probes.offer(caller, { send: () => undefined, end: () => (ended += 1) });
    probes.dismiss();
    expect(ended).toBe(2);
    expect(probes.hasDevice(BEIJING)).toBe(false);
  });

  it('have the devices of a province ask in turn, and nobody where there is none', () => {
    const asked: string[] = [];
    withdraw();
    expect(probes.ask({ receiver: BEIJING, issuer: GUIZHOU, canary: 1 })).toBe(false);
    const leave = [GATE, OTHER_GATE].map((caller) => probes.offer(caller, { send: () => asked.push(caller.fingerprint), end: () => asked.push('end') }));
    for (let times = 0; times < 4; times += 1) probes.ask({ receiver: BEIJING, issuer: GUIZHOU, canary: 1 });
    expect(asked).toEqual(['gate', 'other', 'gate', 'other']);
    expect(probes.hasDevice(SICHUAN)).toBe(false);
    for (const each of leave) each();
    expect(probes.hasDevice(BEIJING)).toBe(false);
    expect(asked).toHaveLength(4);
  });

  it('tell a device what to ask along the stream it opened last, and along the former one when that is closed first', () => {
    const asked: string[] = [];
    withdraw();
    const offer = (caller: Caller, name: string) => probes.offer(caller, { send: () => asked.push(name), end: () => undefined });
    const askTwice = (): void => { for (let times = 0; times < 2; times += 1) probes.ask({ receiver: BEIJING, issuer: GUIZHOU, canary: 1 }); };
    offer(GATE, 'former');
    const leave = offer(GATE, 'latter');
    askTwice();
    expect(asked).toEqual(['latter', 'latter']);
    leave();
    askTwice();
    expect(asked.slice(2)).toEqual(['former', 'former']);
  });
});
