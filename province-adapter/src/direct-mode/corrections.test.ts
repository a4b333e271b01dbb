import { beforeEach, describe, expect, it } from 'vitest';
import type { StoredCorrection } from './stored-correction.js';
import type { Somebody } from './declaration.fixture.js';
import { at, levelsOf, MemoryRun } from './memory-run.fixture.js';

const LEVELS = levelsOf(['130102', '2022-03-10', 'high'], ['130104', '2022-03-10', 'high'], ['130105', '2022-03-10', 'low']);

describe('a correction that nobody answers', () => {
  let run: MemoryRun;
  let who: Somebody;
  let ticket: string;
  beforeEach(() => {
    run = new MemoryRun({ review: { workingHours: 6, decidedAtHour: 18 } });
    run.levels = LEVELS;
    who = run.declarants.next();
  });

  const later = (): void => {
    run.clock += 3_600_000;
  };
  const declareRedByTrip = async (): Promise<void> => {
    await run.settleDue();
    await run.declareHealth(who);
    await run.declareTrip(who, '130102', '2022-03-12');
    expect(await run.statusOf(who)).toBe('10');
    later();
    ticket = await run.correct(who, '00');
    later();
  };
  const passDeadline = async (): Promise<void> => {
    run.clock = at('2022-03-21', '18:00:00');
    await run.settleDue();
    expect(await run.documents.collection<StoredCorrection>('correction').find(ticket)).toMatchObject({ state: 'decided-by-default', isEffective: true });
  };

  it('ends the red of the trip it disputed', async () => {
    await declareRedByTrip();
    await passDeadline();
    expect(await run.statusOf(who)).toBe('00');
  });

  it('leaves the red of a trip declared after it, and gives green once that no longer counts', async () => {
    await declareRedByTrip();
    const before = await run.personOf(who);
    await run.declareTrip(who, '130104', '2022-03-19');
    await passDeadline();
    // The same statement since the same moment: there was no green in between.
    expect(await run.personOf(who)).toMatchObject({ fields: { status: '10', reason: 'RISK_AREA_HISTORY' }, changedAt: before?.changedAt });
    run.clock = at('2022-04-02', '12:00:00');
    await run.settleDue();
    expect((await run.personOf(who))?.fields).toMatchObject({ status: '10' });
    run.clock = at('2022-04-03', '00:00:00');
    await run.settleDue();
    expect((await run.personOf(who))?.fields).toMatchObject({ status: '00', reason: 'REVIEW_UNANSWERED' });
  });

  it('leaves red by a trip declared after it who was red by what was declared before it', async () => {
    await run.settleDue();
    await run.declareHealth(who, { contactHistory: true });
    ticket = await run.correct(who, '00');
    later();
    await run.declareTrip(who, '130104', '2022-03-19');
    await passDeadline();
    expect((await run.personOf(who))?.fields).toMatchObject({ status: '10', reason: 'RISK_AREA_HISTORY' });
  });

  it('is not held up by a trip from which nothing follows, or by health declared again', async () => {
    await declareRedByTrip();
    await run.declareTrip(who, '130105', '2022-03-19');
    await run.declareHealth(who);
    await passDeadline();
    expect(await run.statusOf(who)).toBe('00');
  });

  it('does not touch a contact declared again after it', async () => {
    await run.declareHealth(who, { contactHistory: true });
    ticket = await run.correct(who, '00');
    later();
    await run.declareHealth(who, { contactHistory: true });
    await passDeadline();
    expect((await run.personOf(who))?.fields).toMatchObject({ status: '10', reason: 'CONTACT_HISTORY' });
  });

  it('does not wipe out a fever declared after it beneath the red of a trip', async () => {
    await declareRedByTrip();
    await run.declareHealth(who, { temperature: 39 });
    await passDeadline();
    expect(await run.statusOf(who)).toBe('10');
    run.clock = at('2022-03-27', '00:00:00');
    await run.settleDue();
    expect((await run.personOf(who))?.fields).toMatchObject({ status: '01', reason: 'FEVER' });
  });

  it('has its effect once, also where it is written again after a crash', async () => {
    await declareRedByTrip();
    await run.declareTrip(who, '130104', '2022-03-19');
    await passDeadline();
    const before = await run.documents.collection('person').listAfter(0, 10);
    await run.documents.collection<StoredCorrection>('correction').change(ticket, (stored) => ({ ...stored, isEffective: false }));
    run.restart();
    await run.settleDue();
    expect(await run.documents.collection('person').listAfter(0, 10)).toEqual(before);
  });

  it('leaves red who declared a trip since, also while the levels are not known', async () => {
    await declareRedByTrip();
    await run.declareTrip(who, '130104', '2022-03-19');
    run.levels = undefined;
    run.restart();
    await passDeadline();
    expect(await run.statusOf(who)).toBe('10');
    run.levels = LEVELS;
    await run.settleDue();
    expect(await run.statusOf(who)).toBe('10');
  });
});
