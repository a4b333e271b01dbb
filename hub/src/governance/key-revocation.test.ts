import { describe, expect, it } from 'vitest';
import type { HubError } from '../errors.js';
import { momentOf, parseRevocation } from './key-revocation.js';

const NOW = 1_700_000_000_000;
const kid = 'A'.repeat(43);
const at = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 });
const fieldsOf = (request: Parameters<typeof parseRevocation>[0]): readonly string[] => {
  try {
    parseRevocation(request, NOW);
  } catch (error) {
    return (error as HubError).fieldViolations.map(({ field }) => field);
  }
  return [];
};

describe('parseRevocation', () => {
  it('takes a key and a moment, to the millisecond', () => {
    expect(parseRevocation({ kid, revokedFrom: at(NOW - 1) }, NOW)).toEqual({ kid, revokedFrom: NOW - 1 });
    expect(momentOf(undefined)).toBeUndefined();
  });

  it('takes the moment of a clock that runs ahead for now', () => {
    expect(parseRevocation({ kid, revokedFrom: at(NOW + 60_000) }, NOW).revokedFrom).toBe(NOW);
  });

  it('refuses what is no key id, no moment, or one ahead', () => {
    expect(fieldsOf({ kid: 'short', revokedFrom: at(NOW) })).toEqual(['kid']);
    expect(fieldsOf({ kid })).toEqual(['revoked_from']);
    expect(fieldsOf({ kid, revokedFrom: at(0) })).toEqual(['revoked_from']);
    expect(fieldsOf({ kid, revokedFrom: at(NOW + 301_000) })).toEqual(['revoked_from']);
    expect(fieldsOf({})).toEqual(['kid', 'revoked_from']);
  });
});
