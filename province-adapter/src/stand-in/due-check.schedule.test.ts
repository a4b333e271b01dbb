import { describe, expect, it } from 'vitest';
import { startDueCheck } from './due-check.schedule.js';

/** Rounds that end in these ways, one after another; the last goes well. Returns what was told. */
async function toldOf(failures: readonly Error[]): Promise<readonly unknown[]> {
  const left = [...failures];
  const told: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    const stop = startDueCheck(
      () => {
        const failure = left.shift();
        if (failure !== undefined) return Promise.reject(failure);
        setImmediate(() => { stop().then(resolve, reject); });
        return Promise.resolve();
      },
      (_, cause) => told.push(cause),
    );
  });
  return told;
}

describe('startDueCheck', () => {
  it('goes on after a round that failed, and tells each kind of failure once', async () => {
    const away = (port: number) => Object.assign(new Error(`connect to ${String(port)}`), { code: 'ECONNREFUSED' });
    const [one, wrong] = [away(1), new TypeError('not a function')];
    expect(await toldOf([one, away(2), wrong, new TypeError('not a function')])).toEqual([one, wrong]);
  });

  it('tells nothing of rounds that go well', async () => {
    expect(await toldOf([])).toEqual([]);
  });
});
