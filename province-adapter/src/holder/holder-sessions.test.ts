import { describe, expect, it } from 'vitest';
import { HolderSessions, isFormTokenOf, SESSION_MS } from './holder-sessions.js';

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
    for (let count = 1; count < 10_000; count += 1) sessions.open('1.other');
    expect(sessions.open('1.late')).toBeUndefined();
    expect(sessions.find(first)?.subjectReference).toBe('1.first');
    now = SESSION_MS;
    expect(sessions.open('1.late')).toMatch(/^[\w-]{43}$/);
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
