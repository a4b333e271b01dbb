import { describe, expect, it } from 'vitest';
import { describeError } from './logger.js';

describe('describeError', () => {
  it('keeps code, message and cause, and drops what a driver hangs on', () => {
    const query = Object.assign(new Error('duplicate key'), { code: '23505', parameters: ['eyJhbGciOi'], detail: 'Key (token)=(eyJhbGciOi)' });
    const told = describeError(new Error('append failed', { cause: query }));
    expect(told).toMatchObject({ message: 'append failed', cause: { code: '23505', message: 'duplicate key' } });
    expect(JSON.stringify(told)).not.toContain('eyJhbGciOi');
  });

  it('says nothing of a thrown value that is no error', () => {
    expect(describeError('测试甲')).toEqual({ type: 'string' });
  });
});
