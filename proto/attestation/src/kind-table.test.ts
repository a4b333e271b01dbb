import { describe, expect, it } from 'vitest';

import { ATTESTATION_KINDS } from './attestation-kind.js';
import { parseWireClaims, toWireClaims } from './attestation-claims.js';
import { codeOf, sampleCanaryClaims, sampleClaims, sampleTestClaims } from './attestation.fixture.js';
import { KIND_TABLE } from './kind-table.js';
import { CHECKPOINT_CLASSES, FRESHNESSES } from './verdict-policy.js';

const tokens = {
  'health-status': toWireClaims({ ...sampleClaims(), disclosureDigests: [] }),
  'nucleic-acid-test': toWireClaims({ ...sampleTestClaims(), disclosureDigests: [] }),
  canary: toWireClaims({ ...sampleCanaryClaims(), disclosureDigests: [] }),
};

describe('KIND_TABLE', () => {
  it('has an entry for each kind, and none besides', () => {
    expect(Object.keys(KIND_TABLE)).toEqual([...ATTESTATION_KINDS]);
  });

  for (const kind of ATTESTATION_KINDS) {
    const { values, policy } = KIND_TABLE[kind];

    it(`lets ${kind} be withdrawn, and shares no value with another kind but that`, () => {
      expect(values).toContain('none');
      const others: readonly string[] = ATTESTATION_KINDS.filter((other) => other !== kind).flatMap((other) => [...KIND_TABLE[other].values]);
      expect(values.filter((value) => others.includes(value))).toEqual(['none']);
    });

    it(`advises on every value of ${kind} at every checkpoint and age, and lets nobody pass but by a colour`, () => {
      const stated = values.filter((value) => value !== 'none');
      for (const checkpoint of CHECKPOINT_CLASSES) {
        const { fresh, ageing, stale } = policy.limits[checkpoint];
        expect([fresh, ageing, stale]).toEqual([fresh, ageing, stale].sort((one, other) => one - other));
        const advice: Readonly<Record<string, Readonly<Record<string, string>>>> = policy.advice[checkpoint];
        expect(Object.keys(advice).sort()).toEqual([...stated].sort());
        const given = Object.values(advice).flatMap((byFreshness) => FRESHNESSES.map((freshness) => byFreshness[freshness]));
        expect(given).not.toContain(undefined);
        if (kind !== 'health-status') expect(given).not.toContain('allow');
      }
    });

    it(`takes a source of ${kind} where it is convertible, which only a colour is`, () => {
      const converted = { ...tokens[kind], src: { iss: '110000', seq: 1, iat: tokens[kind].iat } };
      expect(codeOf(() => parseWireClaims(converted))).toBe(KIND_TABLE[kind].isConvertible ? 'nothing thrown' : 'ATTESTATION_CLAIMS_INVALID');
      expect(KIND_TABLE[kind].isConvertible).toBe(kind === 'health-status');
    });

    it(`parses ${kind} with its own claims, and refuses the other kinds' own`, () => {
      expect(parseWireClaims(tokens[kind])).toEqual(tokens[kind]);
      for (const other of ATTESTATION_KINDS) {
        if (other !== kind) expect(codeOf(() => parseWireClaims({ ...tokens[other], kind }))).toBe('ATTESTATION_CLAIMS_INVALID');
      }
    });
  }
});
