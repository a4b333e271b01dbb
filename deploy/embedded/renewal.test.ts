import { describe, expect, it } from 'vitest';
import { renewOnce } from './renewal.js';

/** What happened, given what is renewed. */
async function run(certificates: () => Promise<readonly string[]>, users: readonly string[]): Promise<readonly string[]> {
  const happened: string[] = [];
  await renewOnce({
    pki: { renew: certificates },
    nats: () => ({ renewUsers: () => Promise.resolve(users) }),
    restart: (name) => Promise.resolve(void happened.push(`restart ${name}`)),
    announce: (line) => happened.push(line),
  });
  return happened;
}

describe('renewOnce', () => {
  it('says and does nothing where nothing is due', async () => {
    expect(await run(() => Promise.resolve([]), [])).toEqual([]);
  });

  it('leaves adapters and checkpoints running: they read their files again', async () => {
    expect(await run(() => Promise.resolve(['province-520000', 'checkpoint-520000']), ['520000'])).toEqual(['made anew what was about to expire: province-520000, checkpoint-520000, 520000']);
  });

  it.each([
    ['its certificate', ['hub'], []],
    ['its NATS user', [], ['hub']],
    ['an authority it knows others by', ['member-ca'], []],
  ])('starts the hub again for %s', async (_, certificates, users) => {
    expect(await run(() => Promise.resolve(certificates), users)).toContain('restart hub');
  });

  it('says what went wrong and goes on', async () => {
    expect(await run(() => Promise.reject(new Error('no space left')), [])).toEqual(['could not make anew what is about to expire: no space left']);
  });
});
