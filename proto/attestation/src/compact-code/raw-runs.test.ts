import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeBase64Url } from '../base64url.js';
import { putRunsBack, readRuns, takeRuns, writeRuns } from './raw-runs.js';

describe('takeRuns', () => {
  it('takes a reference, a digest and a salt out, and no name of a system', () => {
    const random = encodeBase64Url(new Uint8Array(32).fill(77));
    const text = `{"sub":"1.${random}","sys":"shandong-national-code","fld":"sichuan-tianfu-jiankangtong"}["${random.slice(0, 21)}A"]`;
    const { text: rest, runs } = takeRuns(text);
    expect(rest).toBe('{"sub":"1.\u0001","sys":"shandong-national-code","fld":"sichuan-tianfu-jiankangtong"}["\u0001"]');
    expect(runs.map(({ length }) => length)).toEqual([32, 16]);
  });

  it('leaves what is not canonical base64url, which would not come back the same', () => {
    const text = `${'A'.repeat(42)}B`;
    expect(takeRuns(text)).toEqual({ text, runs: [] });
  });

  it('is undone, of whatever text', () => {
    const anyRun = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ minLength: 16, maxLength: 16 })).map(encodeBase64Url);
    fc.assert(
      fc.property(fc.array(fc.oneof(anyRun, fc.string(), fc.constantFrom('.', '"', '-'))), (parts) => {
        const text = parts.join('').replaceAll('\u0001', '');
        const { text: rest, runs } = takeRuns(text);
        const read = readRuns(writeRuns(runs));
        expect(putRunsBack({ text: rest, runs: read?.runs ?? [] })).toBe(text);
        expect(read?.end).toBe(writeRuns(runs).length);
      }),
    );
  });
});

describe('runs that somebody else wrote', () => {
  it('are refused where they and their places are not of one number', () => {
    expect(putRunsBack({ text: 'a', runs: [new Uint8Array(1)] })).toBeUndefined();
    expect(putRunsBack({ text: 'a\u0001', runs: [] })).toBeUndefined();
  });

  it('are refused where they are cut off', () => {
    expect(readRuns(new Uint8Array([1]))).toBeUndefined();
    expect(readRuns(new Uint8Array([1, 2, 0]))).toBeUndefined();
    expect(readRuns(new Uint8Array([2, 1, 0]))).toBeUndefined();
    expect(readRuns(new Uint8Array([1, 2, 0, 0]))?.end).toBe(4);
  });
});
