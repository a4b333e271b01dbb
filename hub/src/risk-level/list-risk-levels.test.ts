import { parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { listRiskLevels, type RiskLevelReader } from './list-risk-levels.js';
import type { RiskLevel } from './risk-level.js';

const level = (effectiveFrom: string, statedAt: number): RiskLevel => ({
  region: '130102', grade: 'high', effectiveFrom, authority: '91330106MA27Y4U47R', statedBy: parseProvinceCode('130000'), statedAt,
});

/** A store of these levels, in order. */
const storeOf = (...levels: readonly RiskLevel[]): RiskLevelReader => ({
  list: ({ region, after = '', on }, limit) =>
    Promise.resolve(levels.filter((one) => (region ?? one.region) === one.region && one.effectiveFrom > after && (on ?? one.effectiveFrom) === one.effectiveFrom).slice(0, limit)),
});
const THREE_DAYS = storeOf(level('2022-03-01', 1), level('2022-03-02', 2), level('2022-03-02', 3), level('2022-03-03', 4));

const listed = async (store: RiskLevelReader, request: { region?: string; after?: string }, limit?: number) =>
  ((await listRiskLevels(request, store, limit)).levels ?? []).map(({ effectiveFrom, statedAt }) => [effectiveFrom, statedAt?.seconds]);

describe('listRiskLevels', () => {
  it('gives everything that fits', async () => {
    expect(await listed(THREE_DAYS, {}, 4)).toHaveLength(4);
    expect(await listed(THREE_DAYS, { after: '2022-03-02' })).toEqual([['2022-03-03', 4]]);
    expect(await listed(THREE_DAYS, { region: '130103' })).toEqual([]);
  });

  it('ends with a whole day where not everything fits, so that what follows is found after it', async () => {
    expect(await listed(THREE_DAYS, {}, 3)).toEqual([['2022-03-01', 1], ['2022-03-02', 2], ['2022-03-02', 3]]);
    expect(await listed(THREE_DAYS, {}, 2)).toEqual([['2022-03-01', 1]]);
  });

  it('gives a day that is longer than the limit whole', async () => {
    expect(await listed(THREE_DAYS, { after: '2022-03-01' }, 1)).toEqual([['2022-03-02', 2], ['2022-03-02', 3]]);
  });

  it('loses nothing and repeats nothing, page by page', async () => {
    const pages = [];
    for (let after = ''; ;) {
      const page = await listed(THREE_DAYS, { after }, 1);
      if (page.length === 0) break;
      pages.push(...page);
      after = String(page.at(-1)?.[0]);
    }
    expect(pages.map(([, at]) => at)).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['a province in place of a region', { region: '130000' }, ['region']],
    ['a day that does not exist', { after: '2022-02-30' }, ['after']],
    ['both', { region: 'x', after: 'x' }, ['region', 'after']],
  ])('refuses %s', async (_, request, fields) => {
    await expect(listRiskLevels(request, THREE_DAYS)).rejects.toMatchObject({ code: 'REQUEST_INVALID', fieldViolations: fields.map((field) => ({ field })) });
  });
});
