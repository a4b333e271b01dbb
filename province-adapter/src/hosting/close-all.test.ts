import { describe, expect, it } from 'vitest';
import { closeAll } from './close-all.js';

describe('closeAll', () => {
  it('closes the last first', async () => {
    const closed: number[] = [];
    await closeAll([1, 2, 3].map((number) => () => Promise.resolve(closed.push(number))));
    expect(closed).toEqual([3, 2, 1]);
  });

  it('goes on past what cannot be closed, and tells of it', async () => {
    const closed: number[] = [];
    const broken = new Error('the connection is gone');
    const closing = closeAll([
      () => Promise.resolve(closed.push(1)),
      () => Promise.reject(broken),
      () => {
        throw broken;
      },
    ]);
    await expect(closing).rejects.toMatchObject({ errors: [broken, broken] });
    expect(closed).toEqual([1]);
  });
});
