import { describe, expect, it } from 'vitest';
import { HolderSessions, isFormTokenOf, SESSION_MS, SESSIONS_OF_ONE } from './holder-sessions.js';

describe('HolderSessions', () => {
  it('ends after ten minutes, whatever somebody does meanwhile', () => {
    let now = 0;
    const sessions = new HolderSessions(() => now);
    const token = sessions.open('1.reference') ?? '';
    now = SESSION_MS - 1;
    expect(sessions.find(token)?.subjectReference).toBe('1.reference');
    now = SESSION_MS;
    expect(sessions.find(token)).toBeUndefined();
  });

  it('is bounded, puts nobody out, and has room again when some have ended', () => {
    let now = 0;
    const sessions = new HolderSessions(() => now);
    const first = sessions.open('1.first') ?? '';
    for (let count = 1; count < 10_000; count += 1) sessions.open(`1.other-${count}`);
    expect(sessions.open('1.late')).toBeUndefined();
    expect(sessions.find(first)?.subjectReference).toBe('1.first');
    now = SESSION_MS;
    expect(sessions.open('1.late')).toMatch(/^[\w-]{43}$/);
  });

  it('gives nobody the room of others: who logs in again and again ends the oldest of their own', () => {
    const sessions = new HolderSessions();
    const other = sessions.open('1.other') ?? '';
    const mine = Array.from({ length: 20_000 }, () => sessions.open('1.greedy') ?? '');
    expect(sessions.open('1.late')).toMatch(/^[\w-]{43}$/);
    expect(sessions.find(other)?.subjectReference).toBe('1.other');
    expect(mine.filter((token) => sessions.find(token) !== undefined)).toEqual(mine.slice(-SESSIONS_OF_ONE));
  });

  it('names a member differently in each session, and never by the reference', () => {
    const sessions = new HolderSessions();
    const [one, other] = [sessions.find(sessions.open('1.a')), sessions.find(sessions.open('1.a'))];
    expect(one?.nameOf('1.b')).not.toBe(other?.nameOf('1.b'));
    expect(one?.nameOf('1.b')).toBe(one?.nameOf('1.b'));
    expect(one?.nameOf('1.b')).not.toContain('1.b');
  });

  it.each([undefined, '', 'x', `${'A'.repeat(42)}=`, ['a']])('takes no other form token: %j', (given) => {
    const sessions = new HolderSessions();
    const session = sessions.find(sessions.open('1.a'));
    if (session === undefined) throw new Error('no session');
    expect([isFormTokenOf(session, given), isFormTokenOf(session, session.formToken)]).toEqual([false, true]);
  });
});
