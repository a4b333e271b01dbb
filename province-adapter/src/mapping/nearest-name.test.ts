import { describe, expect, it } from 'vitest';
import { findNearestName } from './nearest-name.js';

describe('findNearestName', () => {
  it('finds what was misspelt, in any case of letters', () => {
    expect(findNearestName('TimeZon', ['timeZone', 'tests'])).toBe('timeZone');
    expect(findNearestName('feilds', ['fields', 'rules'])).toBe('fields');
  });

  it('takes two letters that changed places for one mistake', () => {
    expect(findNearestName('feilds', ['files', 'fields'])).toBe('fields');
  });

  it('prefers a name that has to be there and is not', () => {
    expect(findNearestName('fils', ['files', 'fields'])).toBe('files');
    expect(findNearestName('fils', ['files', 'fields'], ['fields'])).toBe('fields');
  });

  it('finds nothing that resembles it too little, or is longer than any name', () => {
    expect(findNearestName('zzzz', ['fields'])).toBeUndefined();
    expect(findNearestName('f'.repeat(65), ['f'.repeat(64)])).toBeUndefined();
  });
});
