import { StatusBits, type StatusList } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { Follower, UNCONFIRMED_MAX, type Told } from './follower.js';
import { Followers, FOLLOWERS_MAX, STRANGER } from './followers.js';
import { withDelta, type HeldList } from './held-list.js';
import { StatusLists } from './status-lists.js';

const URI = 'urn:cn:healthcode:status:520000';

/** Lists of which only version and tokens count. */
class Country {
  readonly lists = new StatusLists();
  #held: HeldList | undefined;

  whole(version: number): void {
    this.#put({ list: this.#list(version), snapshot: { version, token: `whole ${String(version)}` }, deltas: this.#held?.deltas ?? [], kid: 'key' }, `whole ${String(version)}`, 0);
  }

  delta(from: number, version: number, changedAt = 1000 + version): void {
    const token = `delta ${String(from)}-${String(version)}`;
    const before = this.#held;
    if (before === undefined) throw new Error('no list yet');
    this.#put({ ...before, list: this.#list(version), deltas: withDelta(before.deltas, { from, version, issuedAt: 0, token }) }, token, changedAt);
  }

  #list(version: number): StatusList {
    return { uri: URI, issuer: '520000', shard: 0, version, bits: StatusBits.create(8192) } as StatusList;
  }

  #put(held: HeldList, token: string, changedAt: number): void {
    this.#held = held;
    this.lists.put({ held, token, changedAt });
  }
}

const wordOf = (told: Told): string => (told.kind === 'package' ? `package ${String(told.version)}` : told.token);

function scene() {
  const country = new Country();
  const told: string[] = [];
  const applied: number[] = [];
  const listeners = new Set<(version: number) => void>();
  const packages = { version: 0, onPublished: (listener: (version: number) => void) => (listeners.add(listener), () => { listeners.delete(listener); }) };
  const followers = new Followers({ lists: country.lists, packages, onApplied: (_, changedAt) => applied.push(changedAt) });
  let room = Infinity;
  const port = { send: (one: Told) => (told.push(wordOf(one)), (room -= 1) > 0) };
  const publish = (version: number): void => {
    packages.version = version;
    for (const listener of listeners) listener(version);
  };
  return { country, told, applied, followers, port, publish, leave: (messages: number) => { room = messages; } };
}

describe('Follower', () => {
  it('is sent what it lacks, whole where no delta leads on, and then every change', () => {
    const { country, told, followers, port } = scene();
    country.whole(3);
    country.delta(3, 4);
    followers.join(port, () => undefined, STRANGER).follower.begin([], country.lists.all());
    expect(told).toEqual(['whole 3', 'delta 3-4']);
    country.delta(4, 5);
    expect(told.splice(0)).toEqual(['whole 3', 'delta 3-4', 'delta 4-5']);
    followers.join(port, () => undefined, STRANGER).follower.begin([{ uri: URI, version: 4 }], country.lists.all());
    expect(told).toEqual(['delta 4-5']);
  });

  it('is sent nothing that it was sent already: a list that is only told as a whole again is none', () => {
    const { country, told, followers, port } = scene();
    country.whole(1);
    country.delta(1, 2);
    followers.join(port, () => undefined, STRANGER).follower.begin([{ uri: URI, version: 1 }], country.lists.all());
    country.whole(2);
    expect(told).toEqual(['delta 1-2']);
  });

  it('is sent nothing while it is slow, and the shortest way afterwards', () => {
    const { country, told, followers, port, leave } = scene();
    country.whole(1);
    const { follower } = followers.join(port, () => undefined, STRANGER);
    follower.begin([{ uri: URI, version: 1 }], country.lists.all());
    leave(1);
    country.delta(1, 2);
    country.delta(2, 3);
    country.delta(3, 4);
    country.delta(1, 5);
    expect(told.splice(0)).toEqual(['delta 1-2']);
    leave(10);
    follower.drained();
    expect(told).toEqual(['delta 1-5']);
  });

  it('says of each change when it was applied, once, and of the earliest of those that it got together', () => {
    const { country, applied, followers, port, leave } = scene();
    country.whole(1);
    const { follower } = followers.join(port, () => undefined, STRANGER);
    follower.begin([{ uri: URI, version: 1 }], country.lists.all());
    country.delta(1, 2, 100);
    country.delta(2, 3, 0);
    country.delta(3, 4, 200);
    follower.confirm([{ uri: URI, version: 3 }, { uri: 'another', version: 9 }]);
    expect(applied).toEqual([100]);
    follower.confirm([{ uri: URI, version: 4 }]);
    follower.confirm([{ uri: URI, version: 4 }]);
    expect(applied.splice(0)).toEqual([100, 200]);
    leave(1);
    country.delta(4, 5, 300);
    country.delta(5, 6, 400);
    country.delta(6, 7, 500);
    leave(10);
    follower.drained();
    follower.confirm([{ uri: URI, version: 7 }]);
    expect(applied).toEqual([300, 400]);
  });

  it('keeps so many unconfirmed changes and no more', () => {
    const { country, applied, followers, port } = scene();
    country.whole(1);
    const { follower } = followers.join(port, () => undefined, STRANGER);
    follower.begin([{ uri: URI, version: 1 }], country.lists.all());
    for (let version = 2; version <= UNCONFIRMED_MAX + 10; version += 1) country.delta(version - 1, version);
    follower.confirm([{ uri: URI, version: UNCONFIRMED_MAX + 10 }]);
    expect(applied).toHaveLength(UNCONFIRMED_MAX);
  });

  it('that fetches for itself is told what comes, and of the package first', () => {
    const { country, told, followers, port, publish } = scene();
    country.whole(1);
    publish(7);
    followers.join(port, () => undefined, STRANGER).follower.beginNow(country.lists.all());
    country.delta(1, 2);
    publish(8);
    expect(told).toEqual(['package 7', 'delta 1-2', 'package 8']);
  });

  it('holds no version of a list that there is not: it is sent the whole one when it comes', () => {
    const { country, told, followers, port } = scene();
    followers.join(port, () => undefined, STRANGER).follower.begin([{ uri: URI, version: 9 }], []);
    country.whole(3);
    expect(told).toEqual(['whole 3']);
  });

  it('is sent the whole list where its issuer begins anew below what it was sent: a thief had gone ahead', () => {
    const { country, told, followers, port } = scene();
    country.whole(900);
    followers.join(port, () => undefined, STRANGER).follower.beginNow(country.lists.all());
    country.whole(7);
    country.delta(7, 8);
    expect(told).toEqual(['whole 7', 'delta 7-8']);
  });

  it('who lives in another time is sent nothing that it could not apply', () => {
    const { country, told } = scene();
    country.whole(3);
    const follower = new Follower((uri) => country.lists.find(uri), { send: (one) => told.push(wordOf(one)) > 0 });
    follower.begin([{ uri: URI, version: 9 }], country.lists.all());
    expect(told).toEqual([]);
  });
});

describe('Followers', () => {
  it('keeps half of the places from strangers', () => {
    const { followers, port } = scene();
    const leave = Array.from({ length: FOLLOWERS_MAX.strangers }, () => followers.join(port, () => undefined, STRANGER).leave);
    expect(() => followers.join(port, () => undefined, STRANGER)).toThrow(expect.objectContaining({ code: 'RATE_LIMIT_EXCEEDED' }));
    followers.join(port, () => undefined, 'gate-1');
    leave[0]?.();
    leave[0]?.();
    followers.join(port, () => undefined, STRANGER);
    expect(() => followers.join(port, () => undefined, STRANGER)).toThrow(expect.objectContaining({ code: 'RATE_LIMIT_EXCEEDED' }));
  });

  it('lets nobody take the places of others', () => {
    const { followers, port } = scene();
    for (let at = 0; at < FOLLOWERS_MAX.ofOne; at += 1) followers.join(port, () => undefined, 'gate-1');
    expect(() => followers.join(port, () => undefined, 'gate-1')).toThrow(expect.objectContaining({ code: 'RATE_LIMIT_EXCEEDED' }));
    followers.join(port, () => undefined, 'gate-2');
  });

  it('tells nobody who has left, and lets everybody go when the hub stops', () => {
    const { country, told, followers, port } = scene();
    const ended: string[] = [];
    followers.join(port, () => ended.push('first'), STRANGER).leave();
    const { follower } = followers.join(port, () => ended.push('second'), STRANGER);
    follower.begin([], []);
    country.whole(1);
    expect(told).toEqual(['whole 1']);
    followers.close();
    country.delta(1, 2);
    expect([told, ended]).toEqual([['whole 1'], ['second']]);
  });
});
