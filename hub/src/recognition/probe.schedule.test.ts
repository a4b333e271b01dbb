import { channel } from 'node:diagnostics_channel';
import { v1 } from '@health-code/messages';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CANARY_SHOWN } from '../verify/canary-shown.js';
import type { AskedCanary } from './judge-probe.js';
import { ProbePlan, type PlannedProbe } from './probe-plan.js';
import { EXCHANGE_INTERVAL_MS, ProbeSchedule, tickOf } from './probe.schedule.js';

let asked: PlannedProbe[];
let witnessed: unknown[];
let dismissed: number;
let exchanges: number;
let isDown: boolean;
let warnings: number;
let failing: AskedCanary | undefined;
let codes: readonly string[];

const createSchedule = (): ProbeSchedule =>
  new ProbeSchedule({
    probes: {
      ask: (probe) => asked.push(probe) > 0,
      expire: () => undefined,
      witness: (...given) => witnessed.push(given),
      dismiss: () => {
        dismissed += 1;
      },
    },
    plan: new ProbePlan(1000),
    tickMs: tickOf(1000),
    results: {
      exchange: async () => {
        exchanges += 1;
        if (isDown) throw new Error('down');
      },
      findFailing: () => failing,
    },
    provinces: () => codes,
    now: () => performance.now(),
    logger: { info: () => undefined, warn: () => (warnings += 1) },
  });

beforeEach(() => {
  [asked, witnessed, dismissed, exchanges, warnings] = [[], [], 0, 0, 0];
  [isDown, failing, codes] = [false, undefined, ['110000', '520000']];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('ProbeSchedule', () => {
  it('asks each pair in every interval, from the provinces of the moment', async () => {
    const schedule = createSchedule();
    await schedule.start();
    await vi.advanceTimersByTimeAsync(2999);
    expect(asked).toHaveLength(6);
    codes = ['110000', '310000', '520000'];
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(1000);
    expect(new Set(asked.map(({ receiver, issuer }) => `${receiver} ${issuer}`)).size).toBe(6);
    await schedule.stop();
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toEqual([]);
    expect(dismissed).toBe(1);
  });

  it('asks again about a canary that failed, whatever is its turn', async () => {
    failing = v1.Canary.CANARY_RED;
    const schedule = createSchedule();
    await schedule.start();
    await vi.advanceTimersByTimeAsync(3000);
    expect(new Set(asked.map(({ canary }) => canary))).toEqual(new Set([v1.Canary.CANARY_RED]));
    await schedule.stop();
  });

  it('hears what checkpoints were told of canaries, while it runs', async () => {
    const schedule = createSchedule();
    const shown = { caller: { role: 'checkpoint', id: 'x', fingerprint: '' }, code: Uint8Array.of(1), verdict: { recognition: 1, issuer: '520000' } };
    channel(CANARY_SHOWN).publish(shown);
    await schedule.start();
    channel(CANARY_SHOWN).publish(shown);
    await schedule.stop();
    channel(CANARY_SHOWN).publish(shown);
    expect(witnessed).toEqual([[shown.caller, shown.code, expect.objectContaining({ recognition: 1, issuer: '520000', errorCode: '' })]]);
  });

  it('goes on measuring while the database is away, tells it once, and saves at its end', async () => {
    const schedule = createSchedule();
    await schedule.start();
    isDown = true;
    await vi.advanceTimersByTimeAsync(3 * EXCHANGE_INTERVAL_MS + 100);
    expect(warnings).toBe(1);
    expect(asked.length).toBeGreaterThan(20);
    isDown = false;
    const before = exchanges;
    await schedule.stop();
    expect(exchanges).toBe(before + 1);
  });
});
