import { TEST_METHODS } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { adviceName, freshnessName, kindName, recognitionName, statusName, testResultName, WORDS } from './verdict-words.js';

const valuesOf = (enumeration: object): number[] => Object.values(enumeration).filter((value): value is number => typeof value === 'number');

describe('WORDS', () => {
  it.each([
    ['status', v1.HealthStatus, statusName],
    ['recognition', v1.Recognition, recognitionName],
    ['freshness', v1.Freshness, freshnessName],
    ['advice', v1.Advice, adviceName],
    ['kind', v1.AttestationKind, kindName],
    ['test result', v1.TestResult, testResultName],
  ])('has words in both languages for every %s of the protocol', (_part, enumeration, name) => {
    expect(valuesOf(enumeration).map((value) => name(value)).filter((short) => WORDS[short] === undefined)).toEqual([]);
  });

  it('has words for every method of a test', () => {
    expect(TEST_METHODS.filter((method) => WORDS[method] === undefined)).toEqual([]);
  });

  it('names a value of a newer protocol without claiming to know it', () => {
    expect(statusName(99)).toBe('unknown-99');
  });
});
