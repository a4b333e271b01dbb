import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BEIJING, GUIZHOU } from '../attestation.fixture.js';
import { RECOGNITION_NODES } from '../province.js';
import { parseStatusListUri, SHARD_ENTRIES, statusListPlace, statusListUri } from './status-list-place.js';

describe('statusListPlace', () => {
  it.each([
    [1, 0, 0, ''],
    [1234, 0, 1233, ''],
    [SHARD_ENTRIES, 0, SHARD_ENTRIES - 1, ''],
    [SHARD_ENTRIES + 1, 1, 0, ':1'],
    [100_000_000, 95, 385_279, ':95'],
  ])('of number %i', (sequence, shard, index, suffix) => {
    expect(statusListPlace(GUIZHOU, sequence)).toEqual({ uri: `urn:cn:healthcode:status:520000${suffix}`, shard, index });
  });

  it('is another one for each number and province', () => {
    const places = [GUIZHOU, BEIJING].flatMap((issuer) => [1, 2, SHARD_ENTRIES, SHARD_ENTRIES + 1, SHARD_ENTRIES + 2].map((sequence) => statusListPlace(issuer, sequence)));
    expect(new Set(places.map(({ uri, index }) => `${uri} ${String(index)}`)).size).toBe(10);
  });
});

describe('parseStatusListUri', () => {
  it('reads every URI that is written', () => {
    const anyIssuer = fc.constantFrom(...RECOGNITION_NODES.map(({ code }) => code));
    fc.assert(
      fc.property(anyIssuer, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (issuer, sequence) => {
        const { uri, shard } = statusListPlace(issuer, sequence);
        expect(parseStatusListUri(uri)).toEqual({ issuer, shard });
      }),
    );
  });

  it.each([
    '', 'urn:cn:healthcode:status:', 'urn:cn:healthcode:status:990000', `${statusListUri(GUIZHOU)}:0`, `${statusListUri(GUIZHOU)}:01`, `${statusListUri(GUIZHOU)}:`,
    `${statusListUri(GUIZHOU)}:1e3`, `${statusListUri(GUIZHOU)}:-1`, `${statusListUri(GUIZHOU)}:8589934592`, `${statusListUri(GUIZHOU)}\n`, ` ${statusListUri(GUIZHOU)}`,
    'URN:cn:healthcode:status:520000', 'https://example.invalid/520000',
  ])('knows no list %j', (uri) => {
    expect(parseStatusListUri(uri)).toBeUndefined();
  });
});
