import { describe, expect, it } from 'vitest';
import { tell } from './tell.js';

const said = (error: unknown): string => (error as Error).message;
const ticking = (): (() => number) => {
  let now = 0;
  return () => (now += 500);
};

describe('tell', () => {
  it('measures what is to be measured, and nothing else', async () => {
    const steps = [
      { title: 'before', take: () => Promise.resolve('ready') },
      { title: 'apply', isMeasured: true, take: () => Promise.resolve('certificate') },
      { title: 'verify', isMeasured: true, take: () => Promise.resolve('green') },
    ];
    expect(await tell(steps, () => undefined, said, ticking())).toMatchObject({ isDone: true, measuredSeconds: 1, steps: [{ isDone: true, detail: 'ready' }, { seconds: 0.5 }, { detail: 'green' }] });
  });

  it('ends at the first step that fails, and says why', async () => {
    const taken: string[] = [];
    const story = await tell(
      [
        { title: 'apply', take: () => Promise.reject(new Error('ENROLMENT_TOKEN_USED')) },
        { title: 'verify', take: async () => String(taken.push('verify')) },
      ],
      ({ title, isDone }) => taken.push(`${title} ${String(isDone)}`),
      said,
    );
    expect(story).toMatchObject({ isDone: false, steps: [{ title: 'apply', isDone: false, detail: 'ENROLMENT_TOKEN_USED' }] });
    expect(taken).toEqual(['apply false']);
  });
});
