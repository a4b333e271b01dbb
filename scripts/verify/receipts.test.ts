import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFallen, keepReceipt, readReceipts, receiptOf } from './receipts.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'health-code-receipts-'));
  file = join(folder, 'receipts.jsonl');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ONE = { issuer: '520000', sequence: 7, at: 1_700_000_000 };

describe('receiptOf', () => {
  it('keeps issuer, sequence and time, and nothing of the person', () => {
    expect(receiptOf({ issuer: '520000', sequence: 7, maskedName: '测*', reasonCode: 'R' } as never, 1_700_000_000)).toEqual(ONE);
  });

  it('is none where the verdict stood on no attestation', () => {
    expect(receiptOf({ issuer: '', sequence: 0 }, 1)).toBeUndefined();
    expect(receiptOf({ issuer: '520000', sequence: 0 }, 1)).toBeUndefined();
  });
});

describe('the file of receipts', () => {
  it('is its owner’s alone, and gives back what was kept', () => {
    keepReceipt(file, ONE);
    keepReceipt(file, { ...ONE, sequence: 8 });
    expect(readReceipts(file)).toEqual([ONE, { ...ONE, sequence: 8 }]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('passes over a line that a crash cut off', () => {
    keepReceipt(file, ONE);
    appendFileSync(file, '{"issuer":"52');
    expect(readReceipts(file)).toEqual([ONE]);
    expect(readFileSync(file, 'utf8')).toContain('"52');
  });

  it('is empty before the first', () => {
    expect(readReceipts(file)).toEqual([]);
  });
});

describe('findFallen', () => {
  const receipts = [ONE, { ...ONE, sequence: 8 }, { ...ONE, issuer: '110000' }, { ...ONE, at: ONE.at + 60 }];

  it('finds every verification that stood on a revoked attestation, and no other issuer’s', () => {
    expect(findFallen(receipts, { issuer: '520000', kid: 'k', sequences: [7, 9] })).toEqual([{ ...ONE, kid: 'k' }, { ...ONE, at: ONE.at + 60, kid: 'k' }]);
  });

  it('finds nothing where nothing was verified', () => {
    expect(findFallen(receipts, { issuer: '520000', kid: 'k', sequences: [] })).toEqual([]);
    expect(findFallen([], { issuer: '520000', kid: 'k', sequences: [7] })).toEqual([]);
  });
});
