import { describe, expect, it } from 'vitest';

import { codeOf, GUIZHOU, NOW } from '../attestation.fixture.js';
import { partsOf } from './offline.fixture.js';
import { encodePackagePart, PACKAGE_PARTS, PACKAGE_TARGETS, parsePackagePart, type PackagePart } from './package-parts.js';

const bytes = (content: unknown): Uint8Array => Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));

const text = (content: Uint8Array): string => Buffer.from(content).toString();

describe('encodePackagePart', () => {
  it('writes equal bytes for equal content, in whatever order it comes', () => {
    const parts = partsOf();
    const [first, second] = parts.provinces.provinces;
    const turned = { provinces: [second, first].map((province) => Object.fromEntries(Object.entries(province ?? {}).reverse())) } as unknown as typeof parts.provinces;
    expect(text(encodePackagePart('provinces', turned))).toBe(text(encodePackagePart('provinces', parts.provinces)));
  });

  it.each(PACKAGE_PARTS)('writes what the reader takes: %s', (part: PackagePart) => {
    const once = encodePackagePart(part, partsOf()[part]);
    expect(text(encodePackagePart(part, parsePackagePart(part, once)))).toBe(text(once));
  });

  it('publishes nothing that no reader would take', () => {
    expect(codeOf(() => encodePackagePart('ledger', { entries: -1, madeAt: NOW }))).toBe('PACKAGE_INVALID');
    const longText = '文'.repeat(512);
    const reasons = Array.from({ length: 5600 }, (_, at) => ({ code: `A${String(at)}`, zh: longText, en: longText, guidanceZh: longText, guidanceEn: longText }));
    expect(codeOf(() => encodePackagePart('texts', { reasons, rules: [] }))).toBe('PACKAGE_INVALID');
  });
});

describe('parsePackagePart', () => {
  it('knows a target for every part', () => {
    expect(PACKAGE_TARGETS).toEqual(['provinces.json', 'feeds.json', 'policies.json', 'texts.json', 'exceptions.json', 'status-lists.json', 'ledger.json']);
  });

  const limits = { fresh: 1, ageing: 2, stale: 3 };
  const policies = (general: object): object => ({ freshness: { version: 1, limits: { general, transport: limits, medical: limits, 'key-place': limits } }, regional: [] });
  const reason = { code: 'A', zh: '甲', en: 'a', guidanceZh: '甲', guidanceEn: 'a' };

  const refused: readonly (readonly [string, PackagePart, unknown])[] = [
    ['what is not JSON', 'feeds', '{'],
    ['a byte order mark', 'feeds', '\ufeff{"feeds":[]}'],
    ['a member nobody knows', 'feeds', { feeds: [], more: 1 }],
    ['a province that is none', 'feeds', { feeds: [{ issuer: '999999', confirmedAt: 1 }] }],
    ['a time that is none', 'feeds', { feeds: [{ issuer: GUIZHOU, confirmedAt: -1 }] }],
    ['a standing nobody knows', 'provinces', { provinces: [{ ...partsOf().provinces.provinces[0], standing: 'left' }] }],
    ['limits that fall', 'policies', policies({ fresh: 3, ageing: 2, stale: 3 })],
    ['limits that lack a class', 'policies', { freshness: { version: 1, limits: { general: limits } }, regional: [] }],
    ['a text that turns the direction of reading', 'texts', { reasons: [{ ...reason, zh: 'a\u202eb' }], rules: [] }],
    ['a text with a line break', 'texts', { reasons: [{ ...reason, guidanceEn: 'a\nb' }], rules: [] }],
    ['a digest of another length', 'exceptions', { conflicts: [], sources: [], equivocations: [{ issuer: GUIZHOU, sequence: 1, contentDigest: 'AAAA' }] }],
    ['a number that is none', 'exceptions', { conflicts: [{ issuer: GUIZHOU, sequence: 0 }], sources: [], equivocations: [] }],
  ];
  it.each(refused)('refuses %s', (_, part, content) => {
    expect(codeOf(() => parsePackagePart(part, bytes(content)))).toBe('PACKAGE_INVALID');
  });

  it('takes the same content without its fault', () => {
    expect(parsePackagePart('policies', bytes(policies(limits))).freshness.limits.general).toEqual(limits);
    expect(parsePackagePart('texts', bytes({ reasons: [reason], rules: [] })).reasons).toEqual([reason]);
  });
});
