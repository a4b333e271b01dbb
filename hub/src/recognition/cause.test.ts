import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CAUSES, causeOf } from './cause.js';

const page = readFileSync(new URL('../../../docs/recognition-causes.md', import.meta.url), 'utf8');

describe('docs/recognition-causes.md', () => {
  it('lists every cause once, and none besides', () => {
    const listed = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, cause]) => cause);
    expect([...listed].sort()).toEqual([...CAUSES].sort());
  });
});

describe('causeOf', () => {
  it('lets nobody add to the list', () => {
    expect(causeOf('ADAPTER_TIMEOUT', 'WRONG_ANSWER')).toBe('ADAPTER_TIMEOUT');
    expect(causeOf('张三 610000199001010010', 'WRONG_ANSWER')).toBe('WRONG_ANSWER');
    expect(causeOf('toString', 'CALL_FAILED')).toBe('CALL_FAILED');
  });
});
