import { describe, expect, it } from 'vitest';

import type { Attestation, HealthStatusAttestation } from './attestation.js';
import { fromWireClaims, parseWireClaims, toWireClaims } from './attestation-claims.js';
import { codeOf, NOW, sampleClaims, without } from './attestation.fixture.js';
import { AttestationError } from './errors.js';

const sample = (changes: Partial<HealthStatusAttestation> = {}): Attestation => ({
  ...sampleClaims(),
  disclosureDigests: [],
  ...changes,
});
const wire = (changes: object = {}): Record<string, unknown> => ({ ...toWireClaims(sample()), ...changes });
const digest = 'A'.repeat(43);
const list = (idx: number, uri: string): object => ({ status: { status_list: { idx, uri } } });

describe('parseWireClaims', () => {
  const accepted: Readonly<Record<string, object>> = {
    'the sample': {},
    'the first sequence': { seq: 1 },
    'the greatest safe sequence': { seq: Number.MAX_SAFE_INTEGER },
    'the longest life': { exp: NOW + 31 * 86_400 },
    'the shortest life': { exp: NOW + 1 },
    'a status since the tolerance ahead': { since: NOW + 120 },
    'a yellow with a reason': { code: '01', reason: 'CLOSE_CONTACT' },
    'a red whose local system states no reason': { code: '10', reason: 'REASON_NOT_STATED' },
    'a superseded predecessor': { supersedes: 1233 },
    'an authority by its USCC': { auth: '91330106MA27Y4U47R' },
    'an empty original value': { orig: { sys: 'x', fld: '', val: '' } },
    'digests of disclosures': { _sd: [digest] },
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
    ['a negative index', list(-1, 'urn:cn:healthcode:status:520000'), 'status.status_list.idx'],
    ["another province's list", list(1, 'urn:cn:healthcode:status:110000'), 'status.status_list.uri'],
    ['a list anywhere', list(1, 'https://example.invalid'), 'status.status_list.uri'],
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
    for (const attestation of [sample(), sample({ supersedes: 7, disclosureDigests: [digest] })]) {
      expect(fromWireClaims(toWireClaims(attestation))).toEqual(attestation);
    }
  });
});
