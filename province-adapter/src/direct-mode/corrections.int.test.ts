import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DirectModeRun, PROFILE } from './direct-mode-run.fixture.js';

describe('a correction', () => {
  let run: DirectModeRun;
  beforeAll(async () => {
    run = await DirectModeRun.start();
  });
  afterAll(() => run.end());
  beforeEach(() => {
    run.reset();
  });

  const decide = async (ticket: string, decision: string): Promise<unknown> => {
    const response = await fetch(`http://${run.address}/stand-in/review`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticket, decision }),
    });
    return response.json();
  };
  const correct = async (claimedValue = '00', disputedField = 'status') => {
    const declaration = run.declare({ symptoms: ['2'] });
    await run.operations.declareHealth(declaration);
    const { subjectReference } = declaration;
    return { declaration, ...(await run.operations.correctHealth({ subjectReference, disputedField, claimedValue, evidence: '' })) };
  };
  const query = (ticket: string) => run.operations.queryCorrection?.(ticket);

  it('is received, due at 18:00 of the next day', async () => {
    const { ticket, state, dueAt } = await correct();
    expect(state).toBe('received');
    expect(new Date((dueAt + 8 * 3600) * 1000).getUTCHours()).toBe(18);
    expect(dueAt).toBeGreaterThan(Date.now() / 1000 + 18 * 3600 - 1);
    expect(await query(ticket)).toEqual({ state: 'received', dueAt });
  });

  it('that the staff uphold sets what was claimed, under a rule of its own, and is pushed', async () => {
    const { declaration, ticket, dueAt } = await correct();
    await expect.poll(() => run.statusesPushed(declaration), { timeout: 5000 }).toEqual(['01']);
    expect(await decide(ticket, 'uphold')).toEqual({ state: 'upheld' });
    expect(await query(ticket)).toEqual({ state: 'upheld', dueAt, decidedAt: expect.any(Number) as number });
    const record = { status: '00', reason: 'REVIEW_UPHELD', rule: { id: '540000-review-upheld', version: '1' }, evidence: 'authority-decision' };
    expect(await run.statusOf(declaration)).toMatchObject(record);
    expect(PROFILE.rules).toContainEqual(expect.objectContaining(record.rule));
    await expect.poll(() => run.statusesPushed(declaration), { timeout: 5000 }).toEqual(['01', '00']);
  });

  it('that the staff reject leaves everything', async () => {
    const { declaration, ticket } = await correct();
    expect(await decide(ticket, 'reject')).toEqual({ state: 'rejected' });
    expect(await query(ticket)).toMatchObject({ state: 'rejected' });
    expect(await run.statusOf(declaration)).toMatchObject({ status: '01', reason: 'SYMPTOMS' });
  });

  it('is decided once, by one of several at once', async () => {
    const { ticket } = await correct();
    const answers = await Promise.all(['uphold', 'reject', 'uphold', 'reject'].map((decision) => decide(ticket, decision)));
    expect(answers.filter((answer) => JSON.stringify(answer) === '{"refused":"decided-already"}')).toHaveLength(3);
  });

  it('stays received where no rule says what follows from silence', async () => {
    const { declaration, ticket, dueAt } = await correct();
    run.clock = 3 * 86_400_000;
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(await query(ticket)).toEqual({ state: 'received', dueAt });
    expect(await run.statusOf(declaration)).toMatchObject({ status: '01' });
  });

  it('of another field than the status changes no status', async () => {
    const { declaration, ticket } = await correct('测试丙', 'name');
    expect(await decide(ticket, 'uphold')).toEqual({ state: 'upheld' });
    expect(await run.statusOf(declaration)).toMatchObject({ status: '01', reason: 'SYMPTOMS' });
  });

  it.each(['02', 'green', '', '11'])('cannot claim the status %j', async (claimedValue) => {
    await expect(correct(claimedValue)).rejects.toMatchObject({ code: 'REQUEST_FIELD_INVALID' });
  });

  it('nobody made is unknown to everybody', async () => {
    await expect(query('JC000000000000000000000000')).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED' });
    expect(await decide('JC000000000000000000000000', 'uphold')).toEqual({ refused: 'ticket-unknown' });
    expect(await decide('JC000000000000000000000000', 'maybe')).toEqual({ refused: 'request-invalid' });
  });
});
