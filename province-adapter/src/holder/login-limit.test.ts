import { beforeEach, describe, expect, it } from 'vitest';
import { LOGIN_LIMITS, LoginLimit } from './login-limit.js';

const MINUTE = 60_000;

describe('LoginLimit', () => {
  let now: number;
  let limit: LoginLimit;
  beforeEach(() => {
    now = 0;
    limit = new LoginLimit(() => now);
  });
  const fail = (document: string, address: string): boolean => {
    const allowed = limit.allows({ document, address });
    if (allowed) limit.begin({ document, address });
    return allowed;
  };

  it('looks at so many about one document, wherever they come from', () => {
    const looked = Array.from({ length: 20 }, (_, at) => fail('01:1', `10.0.0.${at}`));
    expect(looked.filter(Boolean)).toHaveLength(LOGIN_LIMITS.document);
    expect(fail('01:2', '10.0.0.1')).toBe(true);
  });

  it('looks at so many from one address, about whomever', () => {
    const looked = Array.from({ length: 100 }, (_, at) => fail(`01:${at}`, '10.0.0.1'));
    expect(looked.filter(Boolean)).toHaveLength(LOGIN_LIMITS.address);
    expect(fail('01:200', '10.0.0.2')).toBe(true);
  });

  it('looks at so many of all', () => {
    const looked = Array.from({ length: LOGIN_LIMITS.all + 50 }, (_, at) => fail(`01:${at}`, `10.${at}`));
    expect(looked.filter(Boolean)).toHaveLength(LOGIN_LIMITS.all);
  });

  it('forgets after a quarter of an hour, counted from the first', () => {
    for (let time = 0; time < LOGIN_LIMITS.document; time += 1) fail('01:1', 'a');
    now = 15 * MINUTE - 1;
    expect(fail('01:1', 'a')).toBe(false);
    now += 1;
    expect(fail('01:1', 'a')).toBe(true);
  });

  it('does not count who came in', () => {
    for (let time = 0; time < 100; time += 1) {
      expect(fail('01:1', 'a')).toBe(true);
      limit.succeed({ document: '01:1', address: 'a' });
    }
  });
});
