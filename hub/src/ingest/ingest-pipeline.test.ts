import { describe, expect, it } from 'vitest';
import { BATCH_SIZE, runPipeline, type BatchSource } from './ingest-pipeline.js';

/** Gives `batches` and then waits, until stopped. */
function sourceOf(batches: readonly (readonly number[])[]): BatchSource<number> {
  const left = [...batches];
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    take: async () => {
      const batch = left.shift();
      if (batch === undefined) await ended;
      return batch;
    },
    stop: () => {
      left.length = 0;
      end();
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('runPipeline', () => {
  it('verifies the next batch while one commits, and commits one at a time in order', async () => {
    const events: string[] = [];
    let release: () => void = () => undefined;
    const source = sourceOf([[1], [2], [3]]);
    const running = runPipeline<number, number>(source, {
      check: (message) => {
        events.push(`check ${String(message)}`);
        return Promise.resolve(message);
      },
      commit: async ([message]) => {
        events.push(`commit ${String(message)}`);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        events.push(`committed ${String(message)}`);
      },
    });
    await turn();
    expect(events).toEqual(['check 1', 'commit 1', 'check 2']);
    for (let commits = 0; commits < 3; commits += 1) {
      release();
      await turn();
    }
    source.stop();
    await running;
    expect(events).toEqual(['check 1', 'commit 1', 'check 2', 'committed 1', 'commit 2', 'check 3', 'committed 2', 'commit 3', 'committed 3']);
  });

  it('ends with the failure of a commit, also while nothing comes', async () => {
    const source = sourceOf([[1]]);
    const stages = { check: (message: number) => Promise.resolve(message), commit: () => Promise.reject(new RangeError('no')) };
    await expect(runPipeline<number, number>(source, stages)).rejects.toThrow(RangeError);
  });

  it('asks for no more than one transaction takes', async () => {
    const limits: number[] = [];
    const source: BatchSource<number> = {
      take: (limit) => {
        limits.push(limit);
        return Promise.resolve(undefined);
      },
      stop: () => undefined,
    };
    await runPipeline<number, number>(source, { check: (message) => Promise.resolve(message), commit: () => Promise.resolve() });
    expect(limits).toEqual([BATCH_SIZE]);
  });
});
