import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeBase45, encodeBase45 } from './base45.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('base45', () => {
  it.each([
    ['AB', 'BB8'],
    ['Hello!!', '%69 VD92EX0'],
    ['base-45', 'UJCLQE7W581'],
    ['ietf!', 'QED8WEX0'],
    ['', ''],
  ])('writes and reads the examples of RFC 9285 4.3 and 4.4: %s', (text, encoded) => {
    expect(encodeBase45(bytesOf(text))).toBe(encoded);
    expect(decodeBase45(encoded)).toEqual(bytesOf(text));
  });

  it('writes the greatest groups', () => {
    expect(encodeBase45(new Uint8Array([255, 255, 255]))).toBe('FGWU5');
    expect(decodeBase45('FGWU5')).toEqual(new Uint8Array([255, 255, 255]));
  });

  it.each([
    ['a group beyond two bytes, of RFC 9285 6', 'GGW'],
    ['the greatest group of three', ':::'],
    ['a last group beyond one byte', '::'],
    ['one character', 'A'],
    ['a length that no bytes have', 'BB8B'],
    ['lower case', 'bb8'],
    ['a character of no alphabet', 'BB_'],
    ['a character beyond ASCII', 'BB码'],
    ['a surrogate', 'BB\ud83d'],
    ['a line break', 'BB8\n'],
  ])('refuses %s', (_, text) => {
    expect(decodeBase45(text)).toBeUndefined();
  });

  it('has one text for one byte string', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => { expect(decodeBase45(encodeBase45(bytes))).toEqual(bytes); }));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:a_')), maxLength: 24 }), (text) => {
        const bytes = decodeBase45(text);
        if (bytes !== undefined) expect(encodeBase45(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});
