import { deflateSync, inflateSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { codeOf } from '../attestation.fixture.js';
import { compressStatusBits, inflateStatusBits } from './compress-status-bits.js';
import { LIST_GRAIN, StatusBits } from './status-bits.js';
import { STATUS_LIST_VECTORS } from './status-list-vectors.fixture.js';

const MEGABYTE = 1_048_576;

describe.each(STATUS_LIST_VECTORS)('the list of $bits bits of the specification', ({ bits, statuses, lst }) => {
  it('is read as it says', () => {
    const list = inflateStatusBits({ bits, lst }, MEGABYTE);
    expect(list.size).toBe(2 ** 20);
    const expected = new Map<number, number>(statuses);
    const read = statuses.map(([index]) => [index, list.get(index)]);
    expect(read).toEqual(statuses);
    let others = 0;
    for (let index = 0; index < list.size; index += 1) others += list.get(index) === (expected.get(index) ?? 0) ? 0 : 1;
    expect(others).toBe(0);
  }, 30_000);

  it('is written so that another library reads the same bytes', async () => {
    const list = StatusBits.fromBytes(new Uint8Array((2 ** 20 * bits) / 8), bits);
    for (const [index, status] of statuses) list.set(index, status);
    const written = await compressStatusBits(list);
    expect(written.bits).toBe(bits);
    expect(inflateSync(Buffer.from(written.lst, 'base64url')).equals(inflateSync(Buffer.from(lst, 'base64url')))).toBe(true);
    const native = await compressStatusBits(list, (bytes) => deflateSync(bytes, { level: 9 }));
    expect(Buffer.from(inflateStatusBits(native, MEGABYTE).bytes).equals(list.bytes)).toBe(true);
    // Hardly longer than the specification's own, which is ZLIB of level 9.
    expect(written.lst.length).toBeLessThanOrEqual(lst.length * 1.05);
  }, 30_000);
});

describe('the small lists of the specification, 4.1', () => {
  it.each([
    [1, 'eNrbuRgAAhcBXQ', [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]],
    [2, 'eNo76fITAAPfAgc', [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]],
  ] as const)('of %i bits', async (bits, lst, statuses) => {
    const list = inflateStatusBits({ bits, lst }, 3);
    expect(statuses.map((_, index) => list.get(index))).toEqual(statuses);
    expect(list.size).toBe(statuses.length);
    expect((await compressStatusBits(list)).lst).toBe(lst);
  });
});

describe('StatusBits', () => {
  it('has as many entries as fill its grain', () => {
    expect([0, 1, LIST_GRAIN, LIST_GRAIN + 1].map((size) => StatusBits.create(size).size)).toEqual([0, LIST_GRAIN, LIST_GRAIN, 2 * LIST_GRAIN]);
  });

  it('sets one entry and no other, and sets it back', () => {
    const list = StatusBits.create(1);
    for (const status of [1, 3, 2, 0]) {
      list.set(5, status);
      expect([4, 5, 6].map((index) => list.get(index))).toEqual([0, status, 0]);
    }
    expect(list.bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('says of what is no index that it has none', () => {
    const list = StatusBits.create(1);
    expect([-1, LIST_GRAIN, 0.5, Number.NaN, Infinity, 2 ** 53].map((index) => list.get(index))).toEqual(Array(6).fill(undefined));
  });

  it('refuses to set what it does not have', () => {
    const list = StatusBits.create(1);
    for (const [index, status] of [[-1, 1], [LIST_GRAIN, 1], [0.5, 1], [0, 4], [0, -1], [0, 0.5]] as const) {
      expect(() => { list.set(index, status); }).toThrow(RangeError);
    }
  });

  it('grows and keeps what it says, and never shrinks', () => {
    const list = StatusBits.create(1);
    list.set(7, 2);
    list.grow(3 * LIST_GRAIN);
    expect([list.size, list.get(7), list.get(3 * LIST_GRAIN - 1)]).toEqual([3 * LIST_GRAIN, 2, 0]);
    list.grow(1);
    expect(list.size).toBe(3 * LIST_GRAIN);
  });

  it('is not changed by its copy', () => {
    const list = StatusBits.create(1);
    list.clone().set(0, 1);
    expect(list.get(0)).toBe(0);
  });

  it('has the SHA-256 of its bytes as digest', async () => {
    // 2,048 zero bytes, by sha256sum.
    expect(Buffer.from(await StatusBits.create(1).digest(), 'base64url').toString('hex')).toBe('e5a00aa9991ac8a5ee3109844d84a55583bd20572ad3ffcd42792f3c36b183ad');
  });
});

describe('inflateStatusBits', () => {
  const lstOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const full = deflateSync(new Uint8Array(262_144));

  it('takes a list as long as the limit, and none that is longer', () => {
    expect(inflateStatusBits({ bits: 2, lst: lstOf(full) }, 262_144).size).toBe(2 ** 20);
    expect(codeOf(() => inflateStatusBits({ bits: 2, lst: lstOf(full) }, 262_143))).toBe('STATUS_LIST_TOO_LARGE');
  });

  it('gives up a decompression bomb after a step of it', () => {
    const zeros = new Uint8Array(64 * MEGABYTE);
    const bomb = lstOf(deflateSync(zeros, { level: 9 }));
    const before = process.memoryUsage().arrayBuffers;
    expect(codeOf(() => inflateStatusBits({ bits: 2, lst: bomb }, 262_144))).toBe('STATUS_LIST_TOO_LARGE');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(zeros.length / 4);
  }, 30_000);

  it.each([
    ['no base64url', 'eNrb uRg'],
    ['nothing', ''],
    ['bytes that are not compressed', lstOf(new Uint8Array(64).fill(7))],
    ['DEFLATE without ZLIB', lstOf(full.subarray(2, -4))],
    ['a list that was cut off', lstOf(full.subarray(0, full.length / 2))],
  ])('refuses %s', (_, lst) => {
    expect(codeOf(() => inflateStatusBits({ bits: 2, lst }, 262_144))).toBe('STATUS_LIST_INVALID');
  });
});
