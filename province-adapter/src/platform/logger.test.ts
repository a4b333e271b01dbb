import { describe, expect, it } from 'vitest';
import { describeError } from './logger.js';

describe('describeError', () => {
  it('tells what failed and why, and none of what a driver hangs on its errors', () => {
    const query = Object.assign(new Error('Connection terminated'), { code: '57P01', query: 'INSERT …', parameters: ['1.reference-of-a-person', 'eyJ-token'] });
    const told = describeError(new Error('append failed', { cause: query }));
    expect(told).toMatchObject({ type: 'Error', message: 'append failed', cause: { code: '57P01', message: 'Connection terminated' } });
    expect(JSON.stringify(told)).not.toMatch(/reference-of-a-person|eyJ-token/);
  });

  it('tells of anything else only what kind of thing it is', () => {
    expect(describeError('测试甲')).toEqual({ type: 'string' });
  });
});
