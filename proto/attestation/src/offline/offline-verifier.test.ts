import { beforeAll, describe, expect, it } from 'vitest';

import { BEIJING, GUIZHOU, NOW } from '../attestation.fixture.js';
import { encodeBase64Url } from '../base64url.js';
import { packPresentation } from '../compact-code/compact-code.js';
import { WEB_CRYPTO } from '../signature-platform.js';
import type { OfflineOutcome } from './offline-outcome.js';
import type { OfflinePackage } from './offline-package.js';
import { OfflineVerifier } from './offline-verifier.js';
import { CHECKPOINT, createProvince, FIRST, openWith, partsOf, PROVINCE, signGreen, withProvince } from './offline.fixture.js';

const DAY = 86_400;

const brief = ({ verdict, errorCode }: OfflineOutcome): string => [verdict.recognition, verdict.status, verdict.freshness, verdict.advice, errorCode].join(' ').trim();

/** By a verifier that has seen nothing before. */
const judge = async (code: string, pkg: OfflinePackage | undefined, now = NOW): Promise<string> => brief(await new OfflineVerifier().verify(code, pkg, CHECKPOINT, now));

const content = async (token: string): Promise<string> => encodeBase64Url(await WEB_CRYPTO.sha256(Buffer.from(token.split('.')[1] ?? '', 'base64url')));

const GREEN = 'recognised 00 fresh allow';

describe('OfflineVerifier', () => {
  let pkg: OfflinePackage;
  let green: string;
  beforeAll(async () => {
    pkg = await openWith(partsOf());
    ({ token: green } = await signGreen());
  });

  it('recognises a green, says how old what is known of it is, and until when that counts', async () => {
    const outcome = await new OfflineVerifier().verify(green, pkg, CHECKPOINT, NOW + 60);
    expect(brief(outcome)).toBe(GREEN);
    expect(outcome.freshness).toEqual({ ageSeconds: 60, limitSeconds: DAY });
    expect([outcome.knownAt, outcome.attestation?.issuer, outcome.maskedName]).toEqual([NOW, GUIZHOU, undefined]);
  });

  it('reads the compact code, and the name that the holder discloses', async () => {
    const { presentation } = await signGreen({}, { maskedName: '测*甲' });
    const verifier = new OfflineVerifier();
    for (const code of [presentation, packPresentation(presentation), presentation]) {
      const outcome = await verifier.verify(code, pkg, CHECKPOINT, NOW);
      expect([brief(outcome), outcome.maskedName]).toEqual([GREEN, '测*甲']);
    }
  });

  it('has no package, and says so whatever is shown', async () => {
    for (const code of [green, '', 'local-520000-1']) expect(await judge(code, undefined)).toBe('issuer-unreachable none unknown try-again PACKAGE_MISSING');
  });

  it('lets nobody pass by a clock that is wrong by a day', async () => {
    expect(await judge(green, pkg, NOW - DAY)).toBe('issuer-unreachable none unknown try-again CLOCK_BEHIND');
    expect(await judge(green, pkg, Number.NaN)).toBe('issuer-unreachable none unknown try-again CLOCK_BEHIND');
    expect(await judge(green, { ...pkg, clockOffset: DAY })).toBe('issuer-unreachable none unknown try-again CLOCK_BEHIND');
    expect(await judge(green, { ...pkg, clockOffset: -DAY })).toBe('issuer-unreachable none unknown try-again CLOCK_AHEAD');
    expect(await judge(green, { ...pkg, clockOffset: 120 }, NOW - 120)).toBe(GREEN);
  });

  it('goes by the list of the issuer', async () => {
    const listed = (status: 'invalid' | 'suspended') => openWith(partsOf(), { guizhou: { ...FIRST, statuses: { 1234: status } } });
    expect(await judge(green, await listed('invalid'))).toBe('superseded none unknown ask-person ATTESTATION_SUPERSEDED');
    expect(await judge(green, await listed('suspended'))).toMatch(/^suspended none unknown \S+ ATTESTATION_SUSPENDED$/);
  });

  it('makes no green of what no list says anything about', async () => {
    expect(await judge(green, await openWith(partsOf(), {}))).toBe('recognised 00 unknown try-again STATUS_LIST_MISSING');
    const { token: red } = await signGreen({ status: '10' });
    expect(await judge(red, await openWith(partsOf(), {}))).toBe('recognised 10 unknown local-procedure STATUS_LIST_MISSING');
    const { token: expired } = await signGreen({ expiresAt: NOW });
    expect(await judge(expired, await openWith(partsOf(), {}))).toBe('expired none unknown ask-person ATTESTATION_EXPIRED');
  });

  it('takes a number beyond the list for not listed yet only where it is newer than the list', async () => {
    const beyond = async (issuedAt: number): Promise<string> => judge((await signGreen({ sequence: 9000, issuedAt })).token, pkg, NOW + 200);
    expect(await beyond(NOW - 3600)).toBe('recognised 00 unknown try-again STATUS_LIST_INDEX_OUT_OF_RANGE');
    expect(await beyond(NOW - 120)).toBe('recognised 00 unknown try-again STATUS_LIST_INDEX_OUT_OF_RANGE');
    expect(await beyond(NOW - 119)).toBe(GREEN);
  });

  it('knows no more than the older of feed and list', async () => {
    const knownAt = async (confirmedAt: number, issuedAt: number): Promise<number | undefined> => {
      const other = await openWith(partsOf({ feeds: { feeds: [{ issuer: GUIZHOU, confirmedAt }] } }), { guizhou: { ...FIRST, issuedAt } });
      return (await new OfflineVerifier().verify(green, other, CHECKPOINT, NOW)).knownAt;
    };
    expect(await knownAt(NOW - 60, NOW - 30)).toBe(NOW - 60);
    expect(await knownAt(NOW - 30, NOW - 60)).toBe(NOW - 60);
    expect(await knownAt(NOW - DAY, NOW - 30)).toBe(NOW - 3600);
  });

  it('goes by the freshness limits that the package publishes', async () => {
    const { freshness, regional } = partsOf().policies;
    const strict = await openWith(partsOf({ policies: { regional, freshness: { version: 2, limits: { ...freshness.limits, transport: { fresh: 10, ageing: 20, stale: 30 } } } } }));
    expect(await judge(green, strict, NOW + 10)).toBe(GREEN);
    expect(await judge(green, strict, NOW + 30)).toBe('recognised 00 stale try-again');
  });

  it('follows the stricter rule of the place, also about who made the source', async () => {
    const policy = { id: 'beijing-1', version: 3, receiver: BEIJING, issuers: [GUIZHOU], effectiveFrom: NOW - 10, effectiveUntil: NOW + 10 };
    const { freshness } = partsOf().policies;
    const strict = await openWith(partsOf({ policies: { freshness, regional: [policy] } }));
    const outcome = await new OfflineVerifier().verify(green, strict, CHECKPOINT, NOW);
    expect([brief(outcome), outcome.policy]).toEqual(['recognised 00 fresh local-procedure', { id: 'beijing-1', version: 3 }]);
    const { token: converted } = await signGreen({ source: { issuer: GUIZHOU, sequence: 5, issuedAt: NOW - 4000 } }, {}, PROVINCE.beijing);
    expect(await judge(converted, strict)).toBe('recognised 00 fresh local-procedure');
    expect(await judge(converted, pkg)).toBe(GREEN);
  });

  it('lets a converted statement stand no longer than its source', async () => {
    const { token } = await signGreen({ source: { issuer: GUIZHOU, sequence: 5, issuedAt: NOW - 4000 } }, {}, PROVINCE.beijing);
    const about = (change: object) => openWith(partsOf({ exceptions: { conflicts: [], equivocations: [], sources: [{ issuer: GUIZHOU, sequence: 5, keyRevoked: false, ...change }] } }));
    expect(await judge(token, await about({}))).toBe(GREEN);
    expect(await judge(token, await about({ expiresAt: NOW }))).toBe('expired none unknown ask-person ATTESTATION_EXPIRED');
    expect(await judge(token, await about({ keyRevoked: true }))).toBe('signature-invalid none unknown local-procedure ATTESTATION_KEY_REVOKED');
    expect(await judge(token, await openWith(partsOf(), { guizhou: { ...FIRST, statuses: { 5: 'invalid' } }, beijing: FIRST }))).toMatch(/^superseded /);
    expect(await judge(token, await openWith(partsOf(), { guizhou: { ...FIRST, statuses: { 5: 'suspended' } }, beijing: FIRST }))).toMatch(/^suspended /);
    expect(await judge(token, await openWith(partsOf(), { beijing: FIRST }))).toBe('recognised 00 unknown try-again STATUS_LIST_MISSING');
    expect(await judge(token, await openWith(withProvince(partsOf(), 0, { standing: 'suspended' })))).toMatch(/^issuer-suspended /);
  });

  it('refuses what another province contradicts, and names no colour', async () => {
    const other = await openWith(partsOf({ exceptions: { conflicts: [{ issuer: GUIZHOU, sequence: 1234 }], equivocations: [], sources: [] } }));
    expect(await judge(green, other)).toBe('conflict none unknown local-procedure ATTESTATION_CONTRADICTED');
  });

  it('judges of two texts under one number the one that the ledger holds, and refuses the other', async () => {
    const { token: second } = await signGreen({ authority: '520100' });
    const other = await openWith(partsOf({ exceptions: { conflicts: [], sources: [], equivocations: [{ issuer: GUIZHOU, sequence: 1234, contentDigest: await content(green) }] } }));
    expect(await judge(green, other)).toBe(GREEN);
    expect(await judge(second, other)).toBe('conflict none unknown local-procedure ATTESTATION_EQUIVOCATED');
  });

  it('asks for an admitted issuer and a registered rule', async () => {
    expect(await judge(green, await openWith(withProvince(partsOf(), 0, { standing: 'suspended' })))).toBe('issuer-suspended none unknown local-procedure ISSUER_SUSPENDED');
    expect(await judge(green, await openWith(withProvince(partsOf(), 0, { rules: [] })))).toBe('no-rule none unknown local-procedure RULE_NOT_REGISTERED');
    const foreign = await createProvince('510000' as typeof GUIZHOU);
    expect(await judge((await signGreen({ issuer: foreign.code }, {}, foreign)).token, pkg)).toBe('no-agreement none unknown local-procedure PROVINCE_NOT_ADMITTED');
  });

  it('refuses whatever was signed with a key that was revoked or has ended, whenever it says that was', async () => {
    const keys = (change: object, jwk: object = {}) => withProvince(partsOf(), 0, { keys: [{ jwk: { ...PROVINCE.guizhou.jwk, ...jwk }, ...change }] });
    expect(await judge(green, await openWith(keys({ revokedFrom: NOW })))).toMatch(/^signature-invalid .* ATTESTATION_KEY_REVOKED$/);
    expect(await judge(green, await openWith(keys({}, { exp: NOW - 1 })))).toMatch(/^signature-invalid .* ATTESTATION_KEY_EXPIRED$/);
    expect(await judge(green, await openWith(keys({}, { exp: NOW })))).toBe(GREEN);
  });

  it('says of a province its own code that its province has to be asked, and of anything else that nobody knows it', async () => {
    const local = await new OfflineVerifier().verify('local-520000-abc', pkg, CHECKPOINT, NOW);
    expect([brief(local), local.issuer]).toEqual(['issuer-unreachable none unknown try-again NETWORK_NEEDED', GUIZHOU]);
    const canary = await new OfflineVerifier().verify('urn:cn:healthcode:canary:520000:green', pkg, CHECKPOINT, NOW);
    expect([brief(canary), canary.issuer]).toEqual(['issuer-unreachable none unknown try-again NETWORK_NEEDED', GUIZHOU]);
    const suspended = await openWith(withProvince(partsOf(), 0, { standing: 'suspended' }));
    expect(await judge('local-520000-abc', suspended)).toBe('issuer-suspended none unknown local-procedure ISSUER_SUSPENDED');
    expect(await judge('https://pay.example/1', pkg)).toBe('unknown-code none unknown ask-person CODE_UNKNOWN');
    expect(await judge('urn:cn:healthcode:canary:510000:green', pkg)).toMatch(/CODE_UNKNOWN$/);
    expect(await judge('', pkg)).toMatch(/CODE_MISSING$/);
    expect(await judge('a\u0000b', pkg)).toMatch(/CODE_NOT_TEXT$/);
    expect(await judge('码'.repeat(1366), pkg)).toMatch(/CODE_TOO_LARGE$/);
    expect(await judge('码'.repeat(1365), pkg)).toMatch(/CODE_UNKNOWN$/);
  });

  it('never guesses between two provinces', async () => {
    const [recogniser] = partsOf().provinces.provinces[0]?.recognisers ?? [];
    const both = withProvince(partsOf(), 1, { recognisers: recogniser === undefined ? [] : [recogniser] });
    expect(await judge('local-520000-abc', await openWith(both))).toMatch(/^unknown-code .* CODE_AMBIGUOUS$/);
  });

  it('refuses forged, truncated and hostile texts with a code of their own', async () => {
    const [header = '', payload = '', signature = ''] = green.split('.');
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    const refused: readonly (readonly [string, string])[] = [
      [`${header}.${payload}.${flipped}`, 'ATTESTATION_SIGNATURE_INVALID'],
      [green.slice(0, -22), 'ATTESTATION_SIGNATURE_INVALID'],
      [`${header}.${payload}`, 'ATTESTATION_MALFORMED'],
      [`${green}~AAAA~`, 'ATTESTATION_DISCLOSURE_INVALID'],
      ['CNHC1:', 'COMPACT_CODE_INVALID'],
      ['CNHC1:ABC', 'COMPACT_CODE_INVALID'],
    ];
    for (const [code, errorCode] of refused) expect(await judge(code, pkg), errorCode).toBe(`signature-invalid none unknown local-procedure ${errorCode}`);
  });
});

describe('OfflineVerifier, of what it has seen before', () => {
  /** Counts signature checks. */
  function counting(): { readonly verifier: OfflineVerifier; readonly count: () => number } {
    let checks = 0;
    const platform: typeof WEB_CRYPTO = { ...WEB_CRYPTO, verify: (...check) => { checks += 1; return WEB_CRYPTO.verify(...check); } };
    return { verifier: new OfflineVerifier({ platform, remembered: 2 }), count: () => checks };
  }

  it('looks at a signature once, and at everything else every time', async () => {
    const { verifier, count } = counting();
    const { token } = await signGreen();
    const pkg = await openWith(partsOf());
    const seen = async (other: OfflinePackage, now = NOW): Promise<string> => brief(await verifier.verify(token, other, CHECKPOINT, now));
    expect([await seen(pkg), await seen(pkg), count()]).toEqual([GREEN, GREEN, 1]);
    expect(await seen(await openWith(partsOf(), { guizhou: { ...FIRST, statuses: { 1234: 'invalid' } } }))).toMatch(/^superseded /);
    expect(await seen(await openWith(withProvince(partsOf(), 0, { standing: 'suspended' })))).toMatch(/^issuer-suspended /);
    expect(await seen(pkg, NOW + 2 * DAY)).toMatch(/^expired /);
    expect(count()).toBe(1);
    expect(await seen(await openWith(withProvince(partsOf(), 0, { keys: [{ jwk: PROVINCE.guizhou.jwk, revokedFrom: NOW }] })))).toMatch(/ATTESTATION_KEY_REVOKED$/);
    const other = await createProvince(GUIZHOU);
    expect(await seen(await openWith(withProvince(partsOf(), 0, { keys: [{ jwk: other.jwk }] })))).toMatch(/ATTESTATION_KEY_UNKNOWN$/);
    expect(await seen(await openWith(partsOf({ provinces: { provinces: partsOf().provinces.provinces.slice(1) } })))).toMatch(/PROVINCE_NOT_ADMITTED$/);
  });

  it('takes no other disclosures for those it has seen', async () => {
    const { verifier } = counting();
    const pkg = await openWith(partsOf());
    const { presentation, token } = await signGreen({}, { maskedName: '测*甲' });
    const nameIn = async (code: string): Promise<string | undefined> => (await verifier.verify(code, pkg, CHECKPOINT, NOW)).maskedName;
    expect([await nameIn(token), await nameIn(presentation), await nameIn(presentation), await nameIn(token)]).toEqual([undefined, '测*甲', '测*甲', undefined]);
    const other = Buffer.from(JSON.stringify(['c2FsdC1zYWx0LXNhbHQtcw', 'masked_name', '测*乙'])).toString('base64url');
    expect(brief(await verifier.verify(`${token}~${other}~`, pkg, CHECKPOINT, NOW))).toMatch(/ATTESTATION_DISCLOSURE_INVALID$/);
  });

  it('remembers no more than it is allowed to, and those shown last', async () => {
    const { verifier, count } = counting();
    const pkg = await openWith(partsOf());
    const tokens = await Promise.all([1, 2, 3].map(async (sequence) => (await signGreen({ sequence })).token));
    for (const at of [0, 1, 0, 2, 0]) await verifier.verify(tokens[at] ?? '', pkg, CHECKPOINT, NOW);
    expect(count()).toBe(3);
    await verifier.verify(tokens[1] ?? '', pkg, CHECKPOINT, NOW);
    expect(count()).toBe(4);
  });

  it('remembers nothing that did not verify', async () => {
    const { verifier, count } = counting();
    const pkg = await openWith(partsOf());
    const forged = (await signGreen({}, {}, { ...PROVINCE.guizhou, signing: { ...PROVINCE.beijing.signing, kid: PROVINCE.guizhou.signing.kid } })).token;
    for (let time = 1; time <= 2; time += 1) expect(brief(await verifier.verify(forged, pkg, CHECKPOINT, NOW))).toMatch(/ATTESTATION_SIGNATURE_INVALID$/);
    expect(count()).toBe(2);
  });
});
