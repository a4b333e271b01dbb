import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeCode, type CodeSurroundings } from './change-code.js';
import type { Change } from './suite-schema.js';
import { readSuite } from './suite.js';

const CODE = 'https://example.org/ma?c=0123456789abcdef';
const around: CodeSurroundings = { prefix: 'https://example.org/ma?c=', another: 'https://example.org/ma?c=fedcba9876543210', random: () => 0 };
const changed = (change: Change, code = CODE, other = around): string => Buffer.from(changeCode(code, change, other)).toString('utf8');

describe('changeCode', () => {
  it.each<readonly [Change, string]>([
    [{ whole: '' }, ''],
    [{ keepCharacters: 1 }, 'h'],
    [{ keep: 0.5 }, 'https://example.org/'],
    [{ prefixAlone: true }, 'https://example.org/ma?c='],
    [{ dropLast: 1 }, 'https://example.org/ma?c=0123456789abcde'],
    [{ dropFirst: 1 }, 'ttps://example.org/ma?c=0123456789abcdef'],
    [{ cutOut: { at: 0.7, characters: 1 } }, 'https://example.org/ma?c=012456789abcdef'],
    [{ halfOfAnother: true }, 'https://example.org/ma?c=0123456776543210'],
    [{ flip: 0 }, 'https://example.org/ma?c=1123456789abcdef'],
    [{ flip: 1 }, 'https://example.org/ma?c=0123456789abcdea'],
    [{ swapAt: 0.5 }, 'https://example.org/ma?c=0123456798abcdef'],
    [{ scramble: true }, 'https://example.org/ma?c=1234567890bcdefa'],
    [{ letters: 'upper' }, 'HTTPS://EXAMPLE.ORG/MA?C=0123456789ABCDEF'],
    [{ letters: 'swapped' }, 'HTTPS://EXAMPLE.ORG/MA?C=0123456789ABCDEF'],
    [{ replace: { a: 'а' } }, 'https://exаmple.org/mа?c=0123456789аbcdef'],
    [{ replaceFirst: { find: '://', with: '://x@' } }, 'https://x@example.org/ma?c=0123456789abcdef'],
    [{ insert: { at: 0, text: '\0' } }, `\0${CODE}`],
    [{ percentAt: 0 }, 'https://example.org/ma?c=%30123456789abcdef'],
    [{ scheme: 'ftp' }, 'ftp://example.org/ma?c=0123456789abcdef'],
    [{ repeat: 2, between: '\n' }, `${CODE}\n${CODE}`],
    [{ prepend: '"', append: '"' }, `"${CODE}"`],
    [{ padTo: 45 }, `${CODE}0000`],
  ])('%j', (change, expected) => {
    expect(changed(change)).toBe(expected);
  });

  it('sends bytes that are no text where it is told to', () => {
    expect(Buffer.from(changeCode('a', { appendBytes: 'c0af' }, around)).toString('hex')).toBe('61c0af');
  });

  it('flips what varies and nothing else, whatever the code is', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdefXYZ-_')), minLength: 1, maxLength: 40 }).filter((rest) => /[0-9A-Za-z]/.test(rest));
    fc.assert(fc.property(text, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.999, noNaN: true }), (rest, flip, random) => {
      const code = around.prefix + rest;
      const result = changed({ flip }, code, { ...around, random: () => random });
      expect(result).toHaveLength(code.length);
      expect(result.startsWith(around.prefix)).toBe(true);
      expect(Array.from(result).filter((character, at) => character !== code[at])).toHaveLength(1);
    }));
  });

  it('carries out every change of the suite on any code, without failing', () => {
    const changes = readSuite().checks.flatMap(({ play }) => (play.kind === 'mutation' ? [play.change] : []));
    expect(changes.length).toBeGreaterThan(40);
    fc.assert(fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 10 }), fc.constantFrom(...changes), (code, prefix, change) => {
      expect(changeCode(code, change, { prefix, another: code, random: () => 0.5 }).byteLength).toBeLessThan(1_000_000);
    }));
  });
});
