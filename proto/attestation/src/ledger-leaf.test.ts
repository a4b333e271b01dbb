import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { ledgerLeaf } from './ledger-leaf.js';

describe('ledgerLeaf', () => {
  it('is SHA-256 over 0x00, salt and digest (RFC 9162 2.1.1)', async () => {
    const salt = new Uint8Array(16).fill(1);
    const digest = new Uint8Array(32).fill(2);
    const expected = createHash('sha256').update(new Uint8Array([0])).update(salt).update(digest).digest();
    expect(await ledgerLeaf(salt, digest)).toEqual(new Uint8Array(expected));
  });

  it('takes the views a database driver returns', async () => {
    const leaf = await ledgerLeaf(Buffer.from('0102', 'hex'), Buffer.from('0304', 'hex'));
    expect(leaf).toEqual(await ledgerLeaf(new Uint8Array([1, 2]), new Uint8Array([3, 4])));
  });
});
