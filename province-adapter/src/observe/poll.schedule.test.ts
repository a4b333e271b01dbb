import { parseProvinceCode } from '@health-code/attestation';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import type { LocalChanges } from '../province-system.js';
import type { ObserveTerms } from './observe.js';
import { PollSchedule } from './poll.schedule.js';

const log = pino({ level: 'silent' });
const rule = { id: '310000-conversion', version: '1' };
const profile = {
  code: parseProvinceCode('310000'), slug: 'shanghai', system: 'test-system', mode: 'convert' as const, recognisers: [],
  rules: [{ ...rule, title: '转码规则' }], conversionRule: rule, timeZone: 'Asia/Shanghai',
};
const pending = { availability: 'pending', original: { system: 'test-system', field: 'type', value: '' } } as const;

describe('PollSchedule', () => {
  let schedule: PollSchedule | undefined;
  let stored: string | undefined;
  let isLeading = true;
  let isDatabaseAway = false;
  const observe: ObserveTerms = {
    province: { profile, translate: () => pending },
    resolve: () => Promise.resolve('1.reference'),
    now: () => 1_800_000_000,
    position: () => 0,
    record: (_statements, { cursor }) => {
      if (isDatabaseAway) return Promise.reject(new Error('away'));
      stored = cursor?.to;
      return Promise.resolve();
    },
  };
  const scheduleOf = (readChanges: (cursor: string | undefined) => Promise<LocalChanges>): PollSchedule => {
    schedule = new PollSchedule({ readChanges, readCursor: () => Promise.resolve(stored), observe, intervalMs: 5, isLeading: () => isLeading, log });
    return schedule;
  };
  afterEach(async () => {
    await schedule?.stop();
    stored = undefined;
    isLeading = true;
    isDatabaseAway = false;
  });

  it('reads on from where it was', async () => {
    const asked: (string | undefined)[] = [];
    const running = scheduleOf((cursor) => {
      asked.push(cursor);
      return Promise.resolve({ answers: [], cursor: String(Number(cursor ?? 0) + 1) });
    });
    await running.poll();
    await running.poll();
    expect([asked, stored]).toEqual([[undefined, '1'], '2']);
  });

  it('moves the cursor over answers without a status', async () => {
    await scheduleOf(() => Promise.resolve({ answers: [{ fields: {}, answeredAt: 0 }], cursor: '1' })).poll();
    expect(stored).toBe('1');
  });

  it('reads the same again when it could not be committed', async () => {
    isDatabaseAway = true;
    const running = scheduleOf(() => Promise.resolve({ answers: [], cursor: '1' }));
    await expect(running.poll()).rejects.toThrow('away');
    expect(stored).toBeUndefined();
  });

  it('goes on after the local system was away', async () => {
    let polls = 0;
    scheduleOf(() => {
      polls += 1;
      return polls < 3 ? Promise.reject(new AdapterError('LOCAL_SYSTEM_UNREACHABLE', 'away')) : Promise.resolve({ answers: [], cursor: '7' });
    }).start();
    await expect.poll(() => stored).toBe('7');
  });

  it('follows while polls succeed, and not before the first or after a failure', async () => {
    let isAway = true;
    const running = scheduleOf(() => (isAway ? Promise.reject(new AdapterError('LOCAL_SYSTEM_UNREACHABLE', 'away')) : Promise.resolve({ answers: [], cursor: '7' })));
    expect(running.isFollowing).toBe(false);
    running.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(running.isFollowing).toBe(false);
    isAway = false;
    await expect.poll(() => running.isFollowing).toBe(true);
    isAway = true;
    await expect.poll(() => running.isFollowing).toBe(false);
  });

  it('leaves the local system alone while another instance leads', async () => {
    isLeading = false;
    let polls = 0;
    scheduleOf(() => {
      polls += 1;
      return Promise.resolve({ answers: [], cursor: '1' });
    }).start();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([polls, schedule?.isFollowing]).toEqual([0, false]);
  });
});
