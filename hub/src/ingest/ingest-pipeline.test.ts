import { describe, expect, it } from 'vitest';
import { BATCH_SIZE, GROUP_SIZE, runPipeline, WAITING_LIMIT, type BatchSource, type PipelineStages } from './ingest-pipeline.js';

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
  /** Commits that end when they are told to. */
  function heldCommits(events: string[]) {
    let release: () => void = () => undefined;
    const stages: PipelineStages<number, number> = {
      check: (message) => {
        events.push(`check ${String(message)}`);
        return Promise.resolve(message);
      },
      commit: async (checked) => {
        events.push(`commit ${checked.join(' ')}`);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        events.push(`committed ${checked.join(' ')}`);
      },
    };
    const releaseOne = async (): Promise<void> => {
      release();
      await turn();
    };
    return { stages, releaseOne };
  }

  it('verifies on while one transaction is under way, and commits together what was verified meanwhile, in order', async () => {
    const events: string[] = [];
    const { stages, releaseOne } = heldCommits(events);
    const source = sourceOf([[1], [2], [3]]);
    const running = runPipeline(source, stages);
    await turn();
    expect(events).toEqual(['check 1', 'commit 1', 'check 2', 'check 3']);
    await releaseOne();
    expect(events.slice(4)).toEqual(['committed 1', 'commit 2 3']);
    await releaseOne();
    source.stop();
    await running;
    expect(events.slice(6)).toEqual(['committed 2 3']);
  });

  it('stops verifying when too much waits for its transaction, and goes on when there is room', async () => {
    const events: string[] = [];
    const { stages, releaseOne } = heldCommits(events);
    const groups = Array.from({ length: 20 }, (_, group) => Array.from({ length: GROUP_SIZE }, (__, place) => group * GROUP_SIZE + place));
    const source = sourceOf(groups);
    const running = runPipeline(source, stages);
    await turn();
    const checked = (): number => events.filter((event) => event.startsWith('check ')).length;
    expect(checked()).toBe(GROUP_SIZE + WAITING_LIMIT);
    await releaseOne();
    expect(checked()).toBe(GROUP_SIZE + WAITING_LIMIT + BATCH_SIZE);
    for (let commits = 0; commits < 20; commits += 1) await releaseOne();
    source.stop();
    await running;
    const committed = events.filter((event) => event.startsWith('committed ')).flatMap((event) => event.slice(10).split(' ').map(Number));
    expect(committed).toEqual(groups.flat());
  });

  it('ends with the failure of a commit, also while nothing comes', async () => {
    const source = sourceOf([[1]]);
    const stages = { check: (message: number) => Promise.resolve(message), commit: () => Promise.reject(new RangeError('no')) };
    await expect(runPipeline<number, number>(source, stages)).rejects.toThrow(RangeError);
  });

  it('asks for no more than is verified at the same time', async () => {
    const limits: number[] = [];
    const source: BatchSource<number> = {
      take: (limit) => {
        limits.push(limit);
        return Promise.resolve(undefined);
      },
      stop: () => undefined,
    };
    await runPipeline<number, number>(source, { check: (message) => Promise.resolve(message), commit: () => Promise.resolve() });
    expect(limits).toEqual([GROUP_SIZE]);
  });
});
