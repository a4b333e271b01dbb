import { describe, expect, it } from 'vitest';
import { createRenewal } from './renewal.js';

type Names = readonly string[];

/** What happened at each of the hours, given what is renewed, or fails to be. */
async function run(...hours: readonly { readonly certificates?: Names | Error; readonly users?: Names | Error; readonly hub?: Error }[]): Promise<readonly Names[]> {
  let hour: (typeof hours)[number] = {};
  let happened: string[] = [];
  const given = <T>(what: T | Error): Promise<T> => (what instanceof Error ? Promise.reject(what) : Promise.resolve(what));
  const renew = createRenewal({
    pki: { renew: () => given(hour.certificates ?? []) },
    nats: () => ({ renewUsers: () => given(hour.users ?? []) }),
    restart: (name) => {
      happened.push(`restart ${name}`);
      return given(hour.hub ?? undefined);
    },
    announce: (line) => happened.push(line),
  });
  const all: Names[] = [];
  for (hour of hours) {
    happened = [];
    await renew();
    all.push(happened);
  }
  return all;
}

describe('the renewal', () => {
  it('says and does nothing where nothing is due', async () => {
    expect(await run({})).toEqual([[]]);
  });

  it('leaves adapters and checkpoints running: they read their files again', async () => {
    expect(await run({ certificates: ['province-520000', 'checkpoint-520000'], users: ['520000'] })).toEqual([['made anew what was about to expire: province-520000, checkpoint-520000, 520000']]);
  });

  it.each([
    ['its certificate', { certificates: ['hub'] }],
    ['its NATS user', { users: ['hub'] }],
    ['an authority it knows others by', { certificates: ['member-ca'] }],
  ])('starts the hub again for %s, once', async (_, due) => {
    const [first, second] = await run(due, {});
    expect(first).toContain('restart hub');
    expect(second).toEqual([]);
  });

  it('starts the hub again for what was renewed before something failed', async () => {
    expect(await run({ certificates: ['hub'], users: new Error('no space left') })).toEqual([['could not make NATS users anew: no space left', 'made anew what was about to expire: hub', 'restart hub']]);
    expect(await run({ certificates: new Error('no space left'), users: ['hub'] })).toEqual([['could not make certificates anew: no space left', 'made anew what was about to expire: hub', 'restart hub']]);
  });

  it('starts the hub again an hour later where it did not come up', async () => {
    expect(await run({ users: ['hub'], hub: new Error('not ready') }, {}, {})).toEqual([
      ['made anew what was about to expire: hub', 'restart hub', 'could not start the hub again: not ready'],
      ['restart hub'],
      [],
    ]);
  });
});
