import { describe, expect, it } from 'vitest';

import type { Attestation, HealthStatusAttestation } from './attestation.js';
import { fromWireClaims, parseWireClaims, toWireClaims } from './attestation-claims.js';
import { BEIJING, codeOf, NOW, sampleClaims, sampleTestClaims, without } from './attestation.fixture.js';
import { AttestationError } from './errors.js';

const sample = (changes: Partial<HealthStatusAttestation> = {}): Attestation => ({
  ...sampleClaims(),
  disclosureDigests: [],
  ...changes,
});
const wire = (changes: object = {}): Record<string, unknown> => ({ ...toWireClaims(sample()), ...changes });
const test = (changes: object = {}): Record<string, unknown> => ({ ...toWireClaims({ ...sampleTestClaims(), disclosureDigests: [] }), ...changes });
const digest = 'A'.repeat(43);
const LIST = 'urn:cn:healthcode:status:520000';
const list = (idx: number, uri: string): object => ({ status: { status_list: { idx, uri } } });

describe('parseWireClaims', () => {
  const accepted: Readonly<Record<string, object>> = {
    'the sample': {},
    'the first sequence': { seq: 1, ...list(0, LIST) },
    'the last of the first list': { seq: 1_048_576, ...list(1_048_575, LIST) },
    'the first of the second list': { seq: 1_048_577, ...list(0, `${LIST}:1`) },
    'the greatest safe sequence': { seq: Number.MAX_SAFE_INTEGER, ...list(1_048_574, `${LIST}:8589934591`) },
    'the longest life': { exp: NOW + 31 * 86_400 },
    'the shortest life': { exp: NOW + 1 },
    'a status since the tolerance ahead': { since: NOW + 120 },
    'a yellow with a reason': { code: '01', reason: 'CLOSE_CONTACT' },
    'a red whose local system states no reason': { code: '10', reason: 'REASON_NOT_STATED' },
    'a superseded predecessor': { supersedes: 1233 },
    'an authority by its USCC': { auth: '91330106MA27Y4U47R' },
    'an empty original value': { orig: { sys: 'x', fld: '', val: '' } },
    'digests of disclosures': { _sd: [digest] },
    'a source': { src: { iss: '110000', seq: 99, iat: NOW - 60 } },
    'a source of the same second': { src: { iss: '110000', seq: 99, iat: NOW } },
    'a source as old as one may be that ends with it': { src: { iss: '110000', seq: 99, iat: NOW + 86_400 - 31 * 86_400 } },
    'a withdrawal': { code: 'none' },
  };
  for (const [name, changes] of Object.entries(accepted)) {
    it(`accepts ${name}`, () => {
      expect(parseWireClaims(wire(changes))).toEqual(wire(changes));
    });
  }

  const refused: readonly (readonly [string, object, string])[] = [
    ['an unknown province', { iss: '990000' }, 'iss'],
    ['a city as issuer', { iss: '520100' }, 'iss'],
    ['an identity number as subject', { sub: '11010519491231002X' }, 'sub'],
    ['sequence 0', { seq: 0 }, 'seq'],
    ['a sequence that is not whole', { seq: 1.5 }, 'seq'],
    ['a sequence over 2^53', { seq: 2 ** 53 }, 'seq'],
    ['a sequence as text', { seq: '1' }, 'seq'],
    ['a negative time', { iat: -1 }, 'iat'],
    ['an end at its beginning', { exp: NOW }, 'exp'],
    ['an end before its beginning', { exp: NOW - 1 }, 'exp'],
    ['a life over 31 days', { exp: NOW + 31 * 86_400 + 1 }, 'exp'],
    ['another kind', { kind: 'test-result' }, 'kind'],
    ['a kind that objects have by themselves', { kind: 'constructor' }, 'kind'],
    ['a result of a test for a colour', { code: 'negative' }, 'code'],
    ['a colour under the kind of tests', { kind: 'nucleic-acid-test' }, 'code'],
    ['a test beside a colour', { test: { rep: NOW, mth: 'pooled', lab: '' } }, '(unknown claim)'],
    ['a conversion from itself', { src: { iss: '520000', seq: 1, iat: NOW } }, 'src.iss'],
    ['a source that is no province', { src: { iss: '520100', seq: 1, iat: NOW } }, 'src.iss'],
    ['a source without number', { src: { iss: '110000', iat: NOW } }, 'src.seq'],
    ['a source with number 0', { src: { iss: '110000', seq: 0, iat: NOW } }, 'src.seq'],
    ['a source without its time', { src: { iss: '110000', seq: 1 } }, 'src.iat'],
    ['a source that was issued later', { src: { iss: '110000', seq: 1, iat: NOW + 1 } }, 'src.iat'],
    ['a source that has ended before', { src: { iss: '110000', seq: 1, iat: NOW + 86_400 - 31 * 86_400 - 1 } }, 'src.iat'],
    ['a source that says more', { src: { iss: '110000', seq: 1, iat: NOW, code: '00' } }, 'src'],
    ['a converted withdrawal', { code: 'none', src: { iss: '110000', seq: 1, iat: NOW } }, 'src'],
    ['status 11', { code: '11' }, 'code'],
    ['a status by name', { code: 'green' }, 'code'],
    ['a numeric status', { code: 0 }, 'code'],
    ['a status from the future', { since: NOW + 121 }, 'since'],
    ['a yellow without a reason', { code: '01', reason: '' }, 'reason'],
    ['a red without a reason', { code: '10', reason: '' }, 'reason'],
    ['a reason in free words', { reason: 'was in contact' }, 'reason'],
    ['no rule', { rule: undefined }, 'rule'],
    ['a rule without version', { rule: { id: 'x' } }, 'rule.ver'],
    ['a rule with more members', { rule: { id: 'x', ver: '1', url: 'x' } }, 'rule'],
    ['no authority', { auth: '' }, 'auth'],
    ['an unknown evidence class', { evid: 'rumour' }, 'evid'],
    ['no original value', { orig: undefined }, 'orig'],
    ['a control character in the original', { orig: { sys: 'x', fld: 'y', val: '\u001b[31m' } }, 'orig.val'],
    ['a turned reading direction in the original', { orig: { sys: 'x', fld: 'y', val: '\u202e00' } }, 'orig.val'],
    ['a lone surrogate in the original', { orig: { sys: 'x', fld: 'y', val: '\ud800' } }, 'orig.val'],
    ['an endless original', { orig: { sys: 'x', fld: 'y', val: 'z'.repeat(129) } }, 'orig.val'],
    ['a supersession of itself', { supersedes: 1234 }, 'supersedes'],
    ['a supersession of the future', { supersedes: 1235 }, 'supersedes'],
    ['no status list', { status: undefined }, 'status'],
    ['a negative index', list(-1, LIST), 'status.status_list.idx'],
    ["another attestation's place", list(1234, LIST), 'status.status_list'],
    ['a place in the wrong shard', list(1233, `${LIST}:1`), 'status.status_list'],
    ['the first shard by a number', list(1233, `${LIST}:0`), 'status.status_list'],
    ["another province's list", list(1233, 'urn:cn:healthcode:status:110000'), 'status.status_list'],
    ['a list anywhere', list(1233, 'https://example.invalid'), 'status.status_list'],
    ['an empty list of digests', { _sd: [] }, '_sd'],
    ['a digest twice', { _sd: [digest, digest] }, '_sd'],
    ['a short digest', { _sd: ['AAAA'] }, '_sd.0'],
    ['another hash', { _sd: [digest], _sd_alg: 'sha-512' }, '(unknown claim)'],
    ['a name', { name: '测*甲' }, '(unknown claim)'],
  ];
  for (const [name, changes, path] of refused) {
    it(`refuses ${name}`, () => {
      expect(codeOf(() => parseWireClaims(wire(changes)))).toBe('ATTESTATION_CLAIMS_INVALID');
      expect(() => parseWireClaims(wire(changes))).toThrow(path);
    });
  }

  const circumstances = (changes: object): object => ({ test: { rep: NOW - 3_600, mth: 'individual', lab: '520100', ...changes } });
  const acceptedTests: Readonly<Record<string, object>> = {
    'the sample': {},
    'a positive': { code: 'positive' },
    'an inconclusive': { code: 'inconclusive' },
    'a pooled sample without a laboratory': circumstances({ mth: 'pooled', lab: '' }),
    'a laboratory by its USCC': circumstances({ mth: 'not-stated', lab: '91330106MA27Y4U47R' }),
    'a report at the time of the sample': circumstances({ rep: NOW - 7_200 }),
    'a withdrawal, which is about no test': { code: 'none', test: undefined },
  };
  for (const [name, changes] of Object.entries(acceptedTests)) {
    it(`accepts of a test ${name}`, () => {
      expect(parseWireClaims(JSON.parse(JSON.stringify(test(changes))))).toEqual(JSON.parse(JSON.stringify(test(changes))));
    });
  }

  const refusedTests: readonly (readonly [string, object, string])[] = [
    ['a colour', { code: '00' }, 'code'],
    ['another result', { code: 'weakly-positive' }, 'code'],
    ['no circumstances', { test: undefined }, 'test'],
    ['circumstances in a withdrawal', { code: 'none' }, 'test'],
    ['no time of report', circumstances({ rep: undefined }), 'test.rep'],
    ['a report before the sample', circumstances({ rep: NOW - 7_201 }), 'test.rep'],
    ['a report from the future', circumstances({ rep: NOW + 121 }), 'test.rep'],
    ['a sample from the future', { since: NOW + 121 }, 'since'],
    ['another method', circumstances({ mth: 'rapid' }), 'test.mth'],
    ['a laboratory by name', circumstances({ lab: '贵阳市第一人民医院' }), 'test.lab'],
    ['a laboratory that could be a phone', circumstances({ lab: '13800000000' }), 'test.lab'],
    ['a laboratory that could be an identity number', circumstances({ lab: '11010519491231002X5' }), 'test.lab'],
    ['a source', { src: { iss: '110000', seq: 99, iat: NOW } }, 'src'],
    ['more circumstances', circumstances({ nurse: 'x' }), 'test'],
    ['a name', { name: '测*甲' }, '(unknown claim)'],
  ];
  for (const [name, changes, path] of refusedTests) {
    it(`refuses of a test ${name}`, () => {
      expect(codeOf(() => parseWireClaims(test(changes)))).toBe('ATTESTATION_CLAIMS_INVALID');
      expect(() => parseWireClaims(test(changes))).toThrow(path);
    });
  }

  for (const member of Object.keys(test())) {
    it(`refuses a test without ${member}`, () => {
      expect(codeOf(() => parseWireClaims(without(test(), member)))).toBe('ATTESTATION_CLAIMS_INVALID');
    });
  }

  for (const member of Object.keys(wire())) {
    it(`refuses claims without ${member}`, () => {
      expect(codeOf(() => parseWireClaims(without(wire(), member)))).toBe('ATTESTATION_CLAIMS_INVALID');
    });
  }

  for (const payload of [null, 1, 'x', [], [wire()]]) {
    it(`refuses ${JSON.stringify(payload).slice(0, 10)} for claims`, () => {
      expect(codeOf(() => parseWireClaims(payload))).toBe('ATTESTATION_CLAIMS_INVALID');
    });
  }

  it('refuses members that JavaScript objects have by themselves', () => {
    const payload: unknown = JSON.parse(`{"__proto__":{"code":"00"},${JSON.stringify(wire()).slice(1)}`);
    expect(codeOf(() => parseWireClaims(payload))).toBe('ATTESTATION_CLAIMS_INVALID');
  });

  it('names every bad claim together, by path and without its value', () => {
    try {
      parseWireClaims(wire({ seq: 'secret', code: 'secret', rule: { id: '', ver: 'secret secret' } }));
      expect.unreachable();
    } catch (error) {
      expect((error as AttestationError).message).toMatch(/seq.*rule\.id.*rule\.ver.*code/);
      expect((error as AttestationError).message).not.toContain('secret');
    }
  });
});

describe('toWireClaims', () => {
  it('keeps everything there and back', () => {
    const source = { issuer: BEIJING, sequence: 7, issuedAt: NOW - 60 };
    const tests = [sampleTestClaims(), sampleTestClaims({ supersedes: 3 })].map((claims): Attestation => ({ ...claims, disclosureDigests: [] }));
    for (const attestation of [sample(), sample({ supersedes: 7, disclosureDigests: [digest] }), sample({ source }), ...tests]) {
      expect(fromWireClaims(toWireClaims(attestation))).toEqual(attestation);
    }
  });
});
