import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walk, type WalkStep } from '../walk/walk.js';
import { openWayIn, type WayIn } from '../walk/way-in.js';
import { DEFAULT_PROVINCES } from '../../deploy/embedded/province-seat.js';
import { startCountry, type RunningCountry } from './running-country.js';

describe('one traveller in a country of five provinces', () => {
  let country: RunningCountry;
  let wayIn: WayIn;

  beforeAll(async () => {
    country = await startCountry({ provinces: DEFAULT_PROVINCES.map(({ slug }) => slug) });
    wayIn = openWayIn(country.addresses, country.dataPath);
  });

  afterAll(async () => {
    wayIn.close();
    await country.stop();
  });

  it.each(['the first time', 'again, with what the system knows by then'])('is recognised with a code of another province, and refused with a changed or an old one, %s', async () => {
    const steps: WalkStep[] = [];
    const { passed } = await walk(wayIn, (step) => steps.push(step));
    expect(steps.flatMap(({ title, problems }) => problems.map((problem) => `${title}: ${problem}`))).toEqual([]);
    expect(passed).toBe(true);
    expect(steps).toHaveLength(6);
    expect(country.ended).toEqual([]);
  });
});
