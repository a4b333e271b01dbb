import { describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { createLogger } from '../platform/logger.js';
import { ResendSchedule, type ResendPorts } from './resend.schedule.js';
import type { SequenceRange } from './sequence-tracker.js';

/** A schedule with a clock of its own; a round passes each second. */
function createRounds(ports: Partial<ResendPorts> & Pick<ResendPorts, 'missing'>) {
  let now = 1_000_000;
  const asked: { readonly second: number; readonly ranges: readonly SequenceRange[] }[] = [];
  const request = (_: string, ranges: readonly SequenceRange[]): Promise<number> => {
    asked.push({ second: (now - 1_000_000) / 1000, ranges });
    return Promise.resolve(1);
  };
  const schedule = new ResendSchedule({ issuers: () => ['520000'], caughtUpAt: () => now, request, ...ports }, createLogger('silent'), () => now);
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      now += 1000;
      await schedule.askForMissing();
    }
  };
  return { asked, pass };
}

describe('ResendSchedule', () => {
  it('asks for a gap that lasts, from one second on and then less and less often', async () => {
    const { asked, pass } = createRounds({ missing: () => [{ first: 3, last: 4 }] });
    await pass(100);
    expect(asked.map(({ second }) => second)).toEqual([2, 4, 8, 16, 32, 62, 92]);
    expect(asked[0]?.ranges).toEqual([{ first: 3, last: 4 }]);
  });

  it('asks quickly again once the province answers', async () => {
    let first = 1;
    const { asked, pass } = createRounds({ missing: () => [{ first, last: 9 }] });
    await pass(20);
    first = 5;
    await pass(3);
    expect(asked.map(({ second }) => second)).toEqual([2, 4, 8, 16, 21, 23]);
  });

  it('does not ask for what is on its way: not while the stream is unread, nor where another replica ingests', async () => {
    const unread = createRounds({ missing: () => [{ first: 1, last: 9 }], caughtUpAt: () => 0 });
    await unread.pass(29);
    expect(unread.asked).toEqual([]);
    await unread.pass(10);
    expect(unread.asked).toHaveLength(1);
    const standby = createRounds({ missing: () => undefined });
    await standby.pass(10);
    expect(standby.asked).toEqual([]);
  });

  it('outlives a province that does not answer', async () => {
    let requests = 0;
    const { pass } = createRounds({
      missing: () => [{ first: 1, last: 1 }],
      request: () => {
        requests += 1;
        return Promise.reject(new HubError('ADAPTER_TIMEOUT', 'too late'));
      },
    });
    await pass(20);
    expect(requests).toBe(4);
  });
});
