import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DirectModeRun } from './direct-mode-run.fixture.js';

describe('a push of a province in direct mode', () => {
  let run: DirectModeRun;
  beforeAll(async () => {
    run = await DirectModeRun.start();
  });
  afterAll(() => run.end());
  beforeEach(() => {
    run.reset();
  });

  it('pushes every change in its order, again when the adapter was away, and goes on where it stopped', async () => {
    const declaration = run.declare();
    run.answerPush = 503;
    await run.operations.declareHealth(declaration);
    await run.operations.declareHealth({ ...declaration, contactHistory: true });
    await run.down();
    expect(run.statusesPushed(declaration)).toEqual([]);
    run.answerPush = 200;
    await run.up();
    // The store keeps the last state of a person: what was overtaken before it could be pushed is not stated any more.
    await expect.poll(() => run.statusesPushed(declaration), { timeout: 5000 }).toEqual(['10']);
    const before = run.pushed.length;
    await run.down();
    await run.up();
    await run.operations.declareHealth(declaration);
    await expect.poll(() => run.statusesPushed(declaration), { timeout: 5000 }).toEqual(['10', '00']);
    expect(run.pushed.length).toBe(before + 1);
  });

  it('is not held up by a change that the adapter will never understand', async () => {
    const [one, other] = [run.declare(), run.declare()];
    run.answerPush = 400;
    await run.operations.declareHealth(one);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    run.answerPush = 200;
    await run.operations.declareHealth(other);
    await expect.poll(() => run.statusesPushed(other), { timeout: 5000 }).toEqual(['00']);
    expect(run.statusesPushed(one)).toEqual([]);
  });

  it.each([[undefined], [null], [{}], [{ statements: [{}] }], [{ statements: 'x' }], ['']])(
    'refuses the push %j',
    (body) => {
      expect(() => run.source.parsePush?.(body)).toThrow(
        expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error,
      );
    },
  );
});
