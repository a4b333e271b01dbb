import { describe, expect, it } from 'vitest';
import { LiveTally } from './live-tally.js';
import { printLive } from './print-live.js';

const STATE = { provinces: 32, seconds: 3, rate: 10, changesPerMinute: 12, isPaused: false, hub: '127.0.0.1:50051', failures: [], hasKeys: true };
const green = (home: string, ms: number) => ({ kind: 'recognised', home, colour: 'green', ms, problem: '' }) as const;

describe('LiveTally', () => {
  it('counts who was recognised, by colour, and who was refused, by code', () => {
    const tally = new LiveTally();
    tally.addPassage(green('anhui', 10));
    tally.addPassage({ ...green('anhui', 20), colour: 'red' });
    tally.addPassage({ kind: 'refused', home: 'hebei', code: 'no-status STATUS_EXPIRED', ms: 5 });
    expect(tally.summary()).toMatchObject({ travellers: 3, recognised: { green: 1, red: 1 }, refused: { 'no-status STATUS_EXPIRED': 1 }, away: {}, wrong: [] });
  });

  it('names the provinces that are slowest to answer, slowest first', () => {
    const tally = new LiveTally();
    for (const [home, ms] of [['anhui', 30], ['hebei', 5], ['jilin', 90], ['henan', 40]] as const) tally.addPassage(green(home, ms));
    expect(tally.summary().slowest.map(({ home }) => home)).toEqual(['jilin', 'henan', 'anhui']);
  });

  it('has a province away until somebody is answered for again', () => {
    const tally = new LiveTally();
    tally.addPassage({ kind: 'refused', home: 'hebei', code: 'issuer-unreachable ADAPTER_TIMEOUT', ms: 2000 });
    tally.addPassage({ kind: 'unanswered', home: 'jilin', why: 'fetch failed' });
    expect(Object.keys(tally.summary().away)).toEqual(['hebei', 'jilin']);
    tally.addPassage(green('hebei', 10));
    expect(Object.keys(tally.summary().away)).toEqual(['jilin']);
  });

  it('keeps what was wrong, and says so in the summary', () => {
    const tally = new LiveTally();
    tally.addPassage({ ...green('hebei', 10), problem: 'status is green instead of red' });
    expect(printLive(tally.summary(), STATE)).toContain('hebei: status is green instead of red');
  });

  it('counts nucleic-acid tests apart from colours, and what is wrong with one', () => {
    const tally = new LiveTally();
    tally.addTest('hebei', 'negative', '');
    tally.addTest('jilin', 'negative', 'a test lets somebody pass');
    expect(tally.summary()).toMatchObject({ travellers: 0, tests: { negative: 2 }, wrong: ['jilin: a test lets somebody pass'] });
  });

  it('tells changes that came by themselves from those that were asked for, and those nobody saw', () => {
    const tally = new LiveTally();
    tally.addChange('followed', 500);
    tally.addChange('asked', 20);
    tally.addChangeNotSeen('anhui');
    const { changes, changesNotSeen } = tally.summary();
    expect([changes.followed, changes.asked, changesNotSeen]).toEqual([{ count: 1, p50Ms: 500, p99Ms: 500 }, { count: 1, p50Ms: 20, p99Ms: 20 }, ['anhui']]);
  });
});
