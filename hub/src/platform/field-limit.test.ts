import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { MAX_TOP_FIELDS, requireFewFields } from './field-limit.js';

const batch = (codes: number, length: number): Uint8Array => v1.VerifyBatchRequest.encode({ codes: Array.from({ length: codes }, () => new Uint8Array(length)) }).finish();

describe('requireFewFields', () => {
  it.each([
    ['a full batch of the largest codes', batch(1024, 4096)],
    ['as many fields as are taken', batch(MAX_TOP_FIELDS, 3)],
    ['one long field', batch(1, 1_000_000)],
    ['fields of every wire type', new Uint8Array([8, 0x80, 1, 0x11, ...new Uint8Array(8), 0x1d, ...new Uint8Array(4), 0x22, 0x80, 0x80, 2, ...new Uint8Array(32_768)])],
    ['a length that runs past the end', new Uint8Array(20_000).fill(0xff)],
  ])('takes %s', (_what, bytes) => {
    expect(() => { requireFewFields(bytes); }).not.toThrow();
  });

  it.each([
    ['one field too many', batch(MAX_TOP_FIELDS + 1, 3)],
    ['millions of empty ones', batch(4_000_000, 0)],
    ['millions of unknown ones', new Uint8Array(8_000_000).fill(0x78).map((byte, at) => (at % 2 === 0 ? byte : 0))],
  ])('refuses %s', (_what, bytes) => {
    expect(() => { requireFewFields(bytes); }).toThrow(RangeError);
  });
});
