import { describe, expect, it } from 'vitest';
import { SYMBOL_MAX_BYTES, drawModules } from './module-bitmap.js';
import { readModules } from './module-bitmap.fixture.js';

const TEXT = 'standin-hbjkm:0123456789abcdef0123456789abcdef0123456789abcdef';

/** TEXT as the encoder of the npm package qrcode 1.5 draws it: version 4, level L, byte mode, mask 0. */
const DRAWN_BY_ANOTHER =
  '/iMzP4CCR/+ggLqTu66AukszLoC6SzMugII/dyCA/qqqv4AAlmYAAO+MzOIAXNzMsYBjvEQrgCxtVRGAg7LusQAF8O63gCIEIieAifFVeACi' +
  'aXcwgDmcZjOAC/qquYCwD3ctANszdyGACBJmIoCSZGZ3gFEQzNiAtmhm+IAAvGaOgP7a76uAgs7viYC60mb5ALpyZ9yAuoQB2ICC0dyZAP6o' +
  'ZuGA';

describe('drawModules', () => {
  it('draws what another encoder draws', () => {
    expect(drawModules(TEXT)).toEqual({ imgStream: DRAWN_BY_ANOTHER, width: 33 });
  });

  it('pads every row to whole bytes', () => {
    const { imgStream, width } = drawModules('');
    expect(Buffer.from(imgStream, 'base64')).toHaveLength(width * Math.ceil(width / 8));
  });

  it.each(['', 'x', '河北健康码', 'a'.repeat(SYMBOL_MAX_BYTES)])('can be read back: %j', (text) => {
    expect(readModules(drawModules(text))).toBe(text);
  });

  it('refuses a text that does not fit', () => {
    expect(() => drawModules('a'.repeat(SYMBOL_MAX_BYTES + 1))).toThrow(RangeError);
  });
});
