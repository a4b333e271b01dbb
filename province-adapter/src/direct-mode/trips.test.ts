import { beforeEach, describe, expect, it } from 'vitest';
import { RiskLevels } from '../risk-level/risk-levels.js';
import type { DocumentCollection } from '../stand-in/documents.js';
import type { Somebody } from './declaration.fixture.js';
import { at, levelsOf, MemoryRun } from './memory-run.fixture.js';

const HIGH = levelsOf(['130102', '2022-03-10', 'high']);

describe('after a restart that has not heard of the levels yet', () => {
  let run: MemoryRun;
  let who: Somebody;
  beforeEach(async () => {
    run = new MemoryRun();
    who = run.declarants.next();
    run.levels = HIGH;
    await run.declareHealth(who);
    await run.declareTrip(who, '130102', '2022-03-12');
    await run.settleDue();
    expect(await run.statusOf(who)).toBe('10');
    run.levels = undefined;
    run.restart();
  });

  it('whoever was red stays red, and is written anew by nobody', async () => {
    const before = await run.documents.collection('person').listAfter(0, 10);
    await run.settleDue();
    expect(await run.documents.collection('person').listAfter(0, 10)).toEqual(before);
    expect(await run.statusOf(who)).toBe('10');
  });

  it.each([['before', false], ['after', true]])('whoever declares health %s the first look stays red', async (_, isLookedAt) => {
    if (isLookedAt) await run.settleDue();
    await run.declareHealth(who);
    expect(await run.statusOf(who)).toBe('10');
    run.levels = HIGH;
    await run.settleDue();
    expect(await run.statusOf(who)).toBe('10');
  });

  it('another journey changes nothing until the levels are known', async () => {
    const other = run.declarants.next();
    await run.declareHealth(other);
    await run.declareTrip(other, '130102', '2022-03-12');
    expect(await run.statusOf(other)).toBe('00');
    run.levels = HIGH;
    await run.settleDue();
    expect(await run.statusOf(other)).toBe('10');
  });

  it('whoever was red is green once it is known that no region has a level', async () => {
    run.levels = RiskLevels.NONE;
    await run.settleDue();
    expect(await run.statusOf(who)).toBe('00');
  });
});

describe('what falls due', () => {
  let areCorrectionsBroken: boolean;
  let run: MemoryRun;
  let traveller: Somebody;
  let disputing: Somebody;
  const passDeadline = async (): Promise<void> => {
    run.clock = at('2022-03-21', '18:00:00');
    await expect(run.settleDue()).rejects.toThrow('broken');
  };
  beforeEach(async () => {
    areCorrectionsBroken = false;
    run = new MemoryRun({ review: { workingHours: 6, decidedAtHour: 18 } }, (documents) => ({
      collection<T>(name: string): DocumentCollection<T> {
        const collection = documents.collection<T>(name);
        if (name !== 'correction') return collection;
        return { ...collection, listAfter: (after, limit) => (areCorrectionsBroken ? Promise.reject(new Error('broken')) : collection.listAfter(after, limit)) };
      },
    }));
    [traveller, disputing] = [run.declarants.next(), run.declarants.next()];
    await run.declareHealth(traveller);
    await run.declareTrip(traveller, '130102', '2022-03-12');
    await run.declareHealth(disputing, { contactHistory: true });
    await run.correct(disputing, '00');
  });

  it('of trips is settled also while corrections fail', async () => {
    run.levels = HIGH;
    areCorrectionsBroken = true;
    await passDeadline();
    expect(await run.statusOf(traveller)).toBe('10');
  });

  it('of corrections is settled also while trips fail', async () => {
    run.levels = { gravestOf: () => { throw new Error('broken'); } } as unknown as RiskLevels;
    await passDeadline();
    expect(await run.statusOf(disputing)).toBe('00');
  });
});
