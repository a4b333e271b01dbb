import { describe, expect, it } from 'vitest';

import { BEIJING, codeOfRejection, GUIZHOU, NOW } from '../attestation.fixture.js';
import { statusListUri } from '../status-list/status-list-place.js';
import { openPackage, withList } from './offline-package.js';
import { FIRST, openWith, partsOf, PROVINCE, withProvince } from './offline.fixture.js';

const open = (parts = partsOf()): Promise<unknown> => openPackage({ version: 1, madeAt: NOW, parts, lists: new Map() });

describe('openPackage', () => {
  it('finds what it was made of', async () => {
    const pkg = await openWith(
      partsOf({
        exceptions: {
          conflicts: [{ issuer: GUIZHOU, sequence: 7 }],
          equivocations: [{ issuer: GUIZHOU, sequence: 8, contentDigest: 'A'.repeat(43) }],
          sources: [{ issuer: GUIZHOU, sequence: 9, keyRevoked: true }, { issuer: GUIZHOU, sequence: 10, keyRevoked: false, expiresAt: NOW }],
        },
      }),
    );
    expect(pkg.isRuleRegistered(GUIZHOU, 'guizhou-national', '1')).toBe(true);
    expect(pkg.isRuleRegistered(GUIZHOU, 'guizhou-national', '2')).toBe(false);
    expect([pkg.feedConfirmedAt(GUIZHOU), pkg.feedConfirmedAt('510000')]).toEqual([NOW, 0]);
    expect([pkg.isContradicted(GUIZHOU, 7), pkg.isContradicted(BEIJING, 7), pkg.isContradicted(GUIZHOU, 8)]).toEqual([true, false, false]);
    expect([pkg.equivocated(GUIZHOU, 8), pkg.equivocated(GUIZHOU, 7)]).toEqual(['A'.repeat(43), undefined]);
    expect(pkg.findSource(GUIZHOU, 9)).toEqual({ keyRevoked: true, expiresAt: Infinity });
    expect(pkg.findSource(GUIZHOU, 10)).toEqual({ keyRevoked: false, expiresAt: NOW });
  });

  it('knows since when a key may be in other hands', async () => {
    const pkg = await openWith(withProvince(partsOf(), 0, { keys: [{ jwk: PROVINCE.guizhou.jwk, revokedFrom: NOW }] }));
    expect(pkg.ring.find(PROVINCE.guizhou.signing.kid)?.revokedFrom).toBe(NOW);
    expect(pkg.ring.find(PROVINCE.beijing.signing.kid)?.revokedFrom).toBe(undefined);
  });

  it('refuses one without a province', async () => {
    expect(await codeOfRejection(open(partsOf({ provinces: { provinces: [] } })))).toBe('PACKAGE_EMPTY');
  });

  it('refuses one in which no admitted province has a key', async () => {
    const keyless = withProvince(withProvince(partsOf(), 0, { keys: [] }), 1, { keys: [] });
    expect(await codeOfRejection(open(keyless))).toBe('PACKAGE_EMPTY');
    const suspended = withProvince(withProvince(partsOf(), 0, { keys: [] }), 1, { standing: 'suspended' });
    expect(await codeOfRejection(open(suspended))).toBe('PACKAGE_EMPTY');
  });

  it('refuses a key that is none, and one of two provinces', async () => {
    expect(await codeOfRejection(open(withProvince(partsOf(), 0, { keys: [{ jwk: { ...PROVINCE.guizhou.jwk, d: 'A'.repeat(43) } }] })))).toBe('PACKAGE_INVALID');
    expect(await codeOfRejection(open(withProvince(partsOf(), 0, { keys: [{ jwk: PROVINCE.beijing.jwk }] })))).toBe('PACKAGE_INVALID');
  });

  it('refuses what stands there twice', async () => {
    const parts = partsOf();
    expect(await codeOfRejection(open({ ...parts, feeds: { feeds: [...parts.feeds.feeds, { issuer: GUIZHOU, confirmedAt: 1 }] } }))).toBe('PACKAGE_INVALID');
  });

  it('refuses a list under the name of another', async () => {
    const { lists, parts } = await openWith(partsOf());
    const list = lists.get(statusListUri(GUIZHOU));
    if (list === undefined) throw new Error('no list');
    expect(await codeOfRejection(openPackage({ version: 1, madeAt: NOW, parts, lists: new Map([[statusListUri(BEIJING), list]]) }))).toBe('PACKAGE_INVALID');
  });
});

describe('withList', () => {
  it('changes one list and leaves the package it came from as it was', async () => {
    const before = await openWith(partsOf(), { guizhou: FIRST, beijing: FIRST });
    const { lists } = await openWith(partsOf(), { guizhou: { version: 2, issuedAt: NOW, statuses: { 1: 'suspended' } } });
    const next = lists.get(statusListUri(GUIZHOU));
    if (next === undefined) throw new Error('no list');
    const after = withList(before, next);
    expect([before, after].map((pkg) => pkg.lists.get(statusListUri(GUIZHOU))?.version)).toEqual([1, 2]);
    expect(after.lists.get(statusListUri(BEIJING))).toBe(before.lists.get(statusListUri(BEIJING)));
  });
});
