import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeBase64Url, encodeBase64Url } from './base64url.js';

describe('decodeBase64Url', () => {
  it('keeps every byte string there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeBase64Url(encodeBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  it('accepts a text only if it is the one that encodeBase64Url writes', () => {
    const character = fc.constantFrom(...Array.from('ABab01-_wxyz=+/ .\n\u0141\uff21'));
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
        const bytes = decodeBase64Url(text);
        if (bytes) expect(encodeBase64Url(bytes)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  for (const text of ['A', 'AAAAA', 'AA==', 'AB', 'AAB', 'A A', 'AA\n', 'AA+/', 'ＡA', '\u0141A']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(decodeBase64Url(text)).toBeUndefined();
    });
  }

  it('encodes more bytes than a call takes arguments', () => {
    const bytes = new Uint8Array(300_001).fill(0xfb);
    expect(decodeBase64Url(encodeBase64Url(bytes))).toEqual(bytes);
  });
});
