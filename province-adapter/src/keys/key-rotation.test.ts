import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import { KeyRotation } from './key-rotation.js';
import { makeProvinceKeys } from './province-keys.fixture.js';
import type { ProvinceKeys } from './province-keys.js';

const OVERLAP_MS = 1000;
const kids = (keys: readonly { readonly key: { readonly kid: string } }[]): readonly string[] => keys.map(({ key }) => key.kid);

describe('KeyRotation', () => {
  let former: ProvinceKeys;
  let next: ProvinceKeys;
  let both: ProvinceKeys;
  let formerSigning: string;
  let nextSigning: string;
  let now = 0;
  let registered: ProvinceKeys[] = [];
  let answer: (keys: ProvinceKeys) => Error | undefined = () => undefined;
  let inUse: { readonly signing: string; readonly opening: readonly string[] }[] = [];
  let rotation: KeyRotation;

  beforeAll(async () => {
    [former, next] = [await makeProvinceKeys(), await makeProvinceKeys()];
    both = { signing: [...next.signing, ...former.signing], opening: [...next.opening, ...former.opening] };
    [formerSigning, nextSigning] = [former.signing[0].key.kid, next.signing[0].key.kid];
  });
  beforeEach(() => {
    [now, registered, inUse, answer] = [10_000, [], [], () => undefined];
    rotation = new KeyRotation({
      initial: former,
      register: (keys) => {
        registered.push(keys);
        inUse.push({ signing: rotation.signing[0].key.kid, opening: kids(rotation.opening) });
        const failure = answer(keys);
        return failure === undefined ? Promise.resolve() : Promise.reject(failure);
      },
      now: () => now,
      overlapMs: OVERLAP_MS,
    });
  });
  const stated = (): readonly (readonly string[])[] => registered.map(({ signing, opening }) => [...kids(signing), ...kids(opening)]);

  it('states nothing while the file is as it was', async () => {
    expect(await rotation.adopt(former)).toBe(true);
    expect(registered).toEqual([]);
  });

  it('opens calls to a new key before the hub is told of it, and signs with one only after the hub has accepted it', async () => {
    expect(await rotation.adopt(both)).toBe(true);
    expect(inUse).toEqual([{ signing: formerSigning, opening: kids(both.opening) }]);
    expect(kids(rotation.signing)).toEqual(kids(both.signing));
    expect(rotation.stated).toEqual(both);
  });

  it('goes on as before where the hub is away or refuses, and asks again', async () => {
    for (const failure of [new Error('UNAVAILABLE'), new AdapterError('REGISTRATION_REFUSED', 'KEY_NOT_ACCEPTED')]) {
      answer = () => failure;
      await expect(rotation.adopt(both)).rejects.toBe(failure);
      expect([rotation.signing[0].key.kid, rotation.stated]).toEqual([formerSigning, former]);
      expect(kids(rotation.opening)).toEqual(kids(both.opening));
    }
    answer = () => undefined;
    expect(await rotation.adopt(both)).toBe(true);
    expect(rotation.signing[0].key.kid).toBe(nextSigning);
  });

  it('keeps a key that a file drops at once until nothing made with it can be under way', async () => {
    expect(await rotation.adopt(next)).toBe(false);
    expect(stated()).toEqual([[nextSigning, formerSigning, ...kids(next.opening)]]);
    expect(kids(rotation.opening)).toEqual([...kids(next.opening), ...kids(former.opening)]);
    now += OVERLAP_MS - 1;
    expect(await rotation.adopt(next)).toBe(false);
    expect(registered).toHaveLength(1);
    now += 1;
    expect(await rotation.adopt(next)).toBe(true);
    expect(stated().at(-1)).toEqual([nextSigning, ...kids(next.opening)]);
    expect([kids(rotation.signing), kids(rotation.opening)]).toEqual([[nextSigning], kids(next.opening)]);
  });

  it('drops at once a key that has not signed for long', async () => {
    await rotation.adopt(both);
    now += OVERLAP_MS;
    expect(await rotation.adopt({ ...next, opening: both.opening })).toBe(true);
    expect(stated().at(-1)).toEqual([nextSigning, ...kids(both.opening)]);
  });

  it.each(['KEY_NOT_ACCEPTED: keys that are not accepted: keys[1]', 'who knows'])('leaves out a former key that the hub takes no more, saying %s: it may be revoked', async (text) => {
    answer = ({ signing }) => (kids(signing).includes(formerSigning) ? new AdapterError('REGISTRATION_REFUSED', text) : undefined);
    await rotation.adopt(next);
    expect([kids(rotation.signing), rotation.stated]).toEqual([[nextSigning], next]);
  });

  it('keeps the former key where the new one is refused, however soon that is over', async () => {
    answer = ({ signing }) => (kids(signing).includes(formerSigning) ? new AdapterError('REGISTRATION_REFUSED', 'KEY_NOT_ACCEPTED: keys that are not accepted: keys[0], keys[2]') : undefined);
    await expect(rotation.adopt(next)).rejects.toMatchObject({ code: 'REGISTRATION_REFUSED' });
    expect([stated().length, rotation.stated]).toEqual([1, former]);
  });

  it('states one thing after the other: what the hub has forgotten is never stated behind what replaced it', async () => {
    const answers: (() => void)[] = [];
    const slow = new KeyRotation({
      initial: former,
      register: (keys) => {
        registered.push(keys);
        return new Promise((resolve) => answers.push(resolve));
      },
      now: () => now,
    });
    const [adopting, restating] = [slow.adopt(both), slow.restate()];
    await expect.poll(() => answers.length).toBe(1);
    answers[0]?.();
    await adopting;
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.();
    await restating;
    expect(registered).toEqual([both, both]);
  });

  it('states again after what the hub refused', async () => {
    answer = () => new Error('UNAVAILABLE');
    await expect(rotation.restate()).rejects.toThrow('UNAVAILABLE');
    answer = () => undefined;
    await rotation.restate();
    expect(registered).toEqual([former, former]);
  });
});
