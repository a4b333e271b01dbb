import { beforeEach, describe, expect, it } from 'vitest';
import { RiskLevels } from '../risk-level/risk-levels.js';
import type { Somebody } from './declaration.fixture.js';
import { levelsOf, MemoryRun } from './memory-run.fixture.js';

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
