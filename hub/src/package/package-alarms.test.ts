import { describe, expect, it } from 'vitest';
import { findPackageAlarms, type WatchedPackage } from './package-alarms.js';
import { PackageSchedule, type Publisher } from './package.schedule.js';
import { PackageWatch } from './package-watch.js';
import { HubError } from '../errors.js';

const NOW = 1_700_000_000;
const YEAR = 365 * 86_400;
const GOOD: WatchedPackage = { madeAt: NOW, rootExpiresAt: NOW + YEAR, isRootRefused: false, intervalMs: 30_000, startedAt: NOW - 1000 };
const codes = (change: Partial<WatchedPackage>, now = NOW): readonly string[] => findPackageAlarms({ ...GOOD, ...change }, now).map(({ code }) => code);

describe('findPackageAlarms', () => {
  it('says nothing of what is signed in time', () => {
    expect([codes({}), codes({}, NOW + 90)]).toEqual([[], []]);
  });

  it('says after three intervals that nothing is published, and not of a hub that has just begun', () => {
    expect([codes({}, NOW + 91), codes({ madeAt: 0, startedAt: NOW - 90 }), codes({ madeAt: 0, startedAt: NOW - 91 })]).toEqual([['PACKAGE_OVERDUE'], [], ['PACKAGE_OVERDUE']]);
  });

  it('says a month before that the root ends, and that another is refused', () => {
    expect([codes({ rootExpiresAt: NOW + 30 * 86_400 }), codes({ rootExpiresAt: NOW + 30 * 86_400 - 1 }), codes({ isRootRefused: true })]).toEqual([[], ['PACKAGE_ROOT_EXPIRING'], ['PACKAGE_ROOT_REFUSED']]);
  });
});

describe('PackageSchedule', () => {
  function scheduleOf(publisher: Publisher | undefined) {
    const lines: string[] = [];
    const logger = { info: (_: unknown, message?: string) => { lines.push(`info ${message ?? String(_)}`); }, warn: (_: unknown, message?: string) => { lines.push(`warn ${message ?? String(_)}`); } };
    let now = NOW;
    const repository = { madeAt: NOW };
    const watch = new PackageWatch(publisher === undefined ? undefined : { intervalMs: 30_000 }, repository, () => now);
    return { schedule: new PackageSchedule(publisher, watch, logger), lines, watch, wait: (seconds: number) => { now += seconds; } };
  }
  const root = { expiresAt: NOW + YEAR, refused: undefined };

  it('tells a failure once, and its end; a refused root once, and raises the alarm', async () => {
    let isDown = true;
    const publisher = { root: { expiresAt: NOW + YEAR, refused: undefined as unknown }, open: () => undefined, look: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(true)) };
    const { schedule, lines, watch } = scheduleOf(publisher);
    await schedule.look();
    await schedule.look();
    isDown = false;
    await schedule.look();
    publisher.root.refused = new Error('another root');
    await schedule.look();
    await schedule.look();
    expect(lines).toEqual([
      'warn the offline package cannot be published; the last good version stays',
      'info the offline package is published again',
      'warn key and roots of the offline package are refused; those read before are used on',
    ]);
    expect(watch.alarms().map(({ code }) => code)).toEqual(['PACKAGE_ROOT_REFUSED']);
  });

  it('does not start with a key or a root that no client would take', async () => {
    const publisher = { root, open: () => { throw new HubError('CONFIG_INVALID', 'wrong'); }, look: () => Promise.resolve(false) };
    await expect(scheduleOf(publisher).schedule.start()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('publishes nothing, and raises no alarm, where it was not told to', async () => {
    const { schedule, watch, wait } = scheduleOf(undefined);
    await schedule.start();
    wait(10 * YEAR);
    expect(watch.alarms()).toEqual([]);
    await schedule.stop();
  });
});
