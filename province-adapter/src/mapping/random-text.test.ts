import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ALPHABET_NAMES, findRandomProblem, formatRandom, randomText } from './random-text.js';

const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');
const LOOKS: Readonly<Record<(typeof ALPHABET_NAMES)[number], RegExp>> = {
  digits: /^[0-9]+$/, 'lower-hex': /^[0-9a-f]+$/, 'upper-hex': /^[0-9A-F]+$/, 'letters-and-digits': /^[0-9A-Za-z]+$/, 'upper-letters-and-digits': /^[0-9A-Z]+$/,
};

describe('random texts', () => {
  it.each(ALPHABET_NAMES)('are of %s alone, of every one of them, and as long as asked for', (alphabet) => {
    const text = Array.from({ length: 40 }, () => randomText(alphabet, 256, randomHex)).join('');
    expect(text).toHaveLength(40 * 256);
    expect(text).toMatch(LOOKS[alphabet]);
    expect(new Set(text).size).toBe(Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz').filter((one) => LOOKS[alphabet].test(one)).length);
    expect(formatRandom(`${alphabet}:7`, randomHex)).toHaveLength(7);
  });

  it.each(['', 'hex:32', 'lower-hex', 'lower-hex:0', 'lower-hex:257', 'uuid:4', 'digits:-1'])('are not written %s', (how) => {
    expect(findRandomProblem(how)).toMatch(/^is not uuid, or one of /);
  });

  it.each(['uuid', 'digits:1', 'lower-hex:256'])('are written %s', (how) => {
    expect(findRandomProblem(how)).toBeUndefined();
  });
});
