import { createHash } from 'node:crypto';
import { encodePackagePart, generateProvinceKey, openPackage, PACKAGE_PARTS, PACKAGE_TARGETS, parsePackagePart, PACKAGE_TARGET_NAMES, type PackagePart } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { buildPackageParts, encodePackage } from './package-parts.js';
import { BEIJING, contentOf, GUIZHOU, guizhou, NOW } from './package.fixture.js';
import { REASON_TEXTS } from './reason-texts.js';

const DIGEST = createHash('sha256').digest('base64url');

describe('buildPackageParts', () => {
  it('makes parts that a reader takes, each under its own name, and a checkpoint can open', async () => {
    const parts = buildPackageParts(contentOf([await guizhou()]), NOW);
    const targets = encodePackage(parts);
    expect([...targets.keys()].sort()).toEqual([...PACKAGE_TARGETS].sort());
    for (const part of PACKAGE_PARTS) expect(parsePackagePart(part, targets.get(PACKAGE_TARGET_NAMES[part]) ?? new Uint8Array())).toBeTypeOf('object');
    const opened = await openPackage({ version: 1, madeAt: NOW, parts, lists: new Map() });
    expect([opened.provinces.get(GUIZHOU)?.standing, opened.isRuleRegistered(GUIZHOU, 'rule-1', '1'), opened.feedConfirmedAt(GUIZHOU)]).toEqual(['admitted', true, NOW - 10]);
    expect(parts.ledger).toEqual({ entries: 3, madeAt: NOW });
    expect(parts.texts.reasons.map(({ code }) => code)).toEqual(REASON_TEXTS.map(({ code }) => code));
  });

  it('gives equal bytes for equal content, in whatever order it was read', async () => {
    const [one, other] = [await guizhou(), await guizhou({ code: BEIJING })];
    const exceptions = { conflicts: [{ issuer: GUIZHOU, sequence: 9 }, { issuer: BEIJING, sequence: 10 }], equivocations: [], sources: [] };
    const there = encodePackage(buildPackageParts(contentOf([one, other], { exceptions }), NOW));
    const reversed = { ...one, keys: [...one.keys].reverse() };
    const back = encodePackage(buildPackageParts(contentOf([other, reversed], { exceptions: { ...exceptions, conflicts: [...exceptions.conflicts].reverse() } }), NOW));
    for (const [name, bytes] of there) expect(Buffer.from(back.get(name) ?? []).equals(bytes), name).toBe(true);
  });

  it('holds the keys that sign and since when one was in other hands, and no key that opens', async () => {
    const stolen = { ...(await generateProvinceKey('sig')), revokedFrom: NOW - 100 };
    const province = await guizhou();
    const { provinces } = buildPackageParts(contentOf([{ ...province, keys: [...province.keys, stolen] }]), NOW).provinces;
    expect(provinces[0]?.keys.map(({ jwk, revokedFrom }) => [jwk['kid'], jwk['exp'], revokedFrom])).toEqual([
      [province.keys[0]?.publicJwk.kid, undefined, undefined],
      [stolen.publicJwk.kid, NOW - 100, NOW - 100],
    ]);
  });

  it('names who is suspended, and nobody who has left nor anything of theirs', async () => {
    const lists = [{ uri: 'urn:cn:healthcode:status:110000', issuer: BEIJING, shard: 0, version: 4, issuedAt: NOW, size: 8192, digest: DIGEST }];
    const exceptions = { conflicts: [{ issuer: BEIJING, sequence: 1 }], equivocations: [{ issuer: BEIJING, sequence: 2, contentDigest: DIGEST }], sources: [{ issuer: BEIJING, sequence: 3, keyRevoked: true }] };
    const build = async (standing: 'suspended' | 'left') => buildPackageParts(contentOf([await guizhou(), await guizhou({ code: BEIJING, standing })], { lists, exceptions }), NOW);
    const suspended = await build('suspended');
    expect(suspended.provinces.provinces.map(({ code, standing }) => [code, standing])).toEqual([[GUIZHOU, 'admitted'], [BEIJING, 'suspended']]);
    expect([suspended.statusLists.lists, suspended.exceptions]).toEqual([lists, exceptions]);
    const left = await build('left');
    expect(left.provinces.provinces.map(({ code }) => code)).toEqual([GUIZHOU]);
    expect([left.feeds.feeds.length, left.statusLists.lists, left.exceptions, left.texts.rules.length]).toEqual([1, [], { conflicts: [], equivocations: [], sources: [] }, 1]);
  });

  it('leaves out a title that turns the direction of reading, and keeps the rule: one title must not keep the country from its package', async () => {
    const province = await guizhou();
    const rules = [...province.rules, { province: GUIZHOU, id: 'rule-2', version: '1', title: 'a\u202eb', facts: [] }];
    const parts = buildPackageParts(contentOf([{ ...province, rules }]), NOW);
    expect(parts.provinces.provinces[0]?.rules.map(({ id }) => id)).toEqual(['rule-1', 'rule-2']);
    expect(parts.texts.rules.map(({ id }) => id)).toEqual(['rule-1']);
    expect(() => encodePackage(parts)).not.toThrow();
  });

  it('holds regional rules that are or will be in force, and feeds that were ever confirmed', async () => {
    const policy = (id: string, effectiveUntil: number) => ({ id, version: 1, receiver: BEIJING, issuers: [GUIZHOU], effectiveFrom: NOW - 1000, effectiveUntil });
    const parts = buildPackageParts(contentOf([await guizhou()], { policies: [policy('over', NOW), policy('on', NOW + 1)], feeds: [{ issuer: GUIZHOU, confirmedAt: 0 }] }), NOW);
    expect(parts.policies.regional.map(({ id }) => id)).toEqual(['on']);
    expect(parts.feeds.feeds).toEqual([]);
  });
});

describe('REASON_TEXTS', () => {
  it('are taken by a reader, none twice', () => {
    const texts = { reasons: REASON_TEXTS.map((text) => ({ ...text })), rules: [] };
    const part: PackagePart = 'texts';
    expect(() => encodePackagePart(part, texts)).not.toThrow();
    expect(new Set(REASON_TEXTS.map(({ code }) => code)).size).toBe(REASON_TEXTS.length);
  });
});
