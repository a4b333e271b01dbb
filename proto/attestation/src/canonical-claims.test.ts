import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Attestation } from './attestation.js';
import { BEIJING, NOW, sampleCanaryClaims, sampleClaims, sampleTestClaims } from './attestation.fixture.js';
import { fromWireClaims, parseWireClaims, toWireClaims } from './attestation-claims.js';
import { readCanonicalClaims } from './canonical-claims.js';
import { AttestationError } from './errors.js';

const source = { issuer: BEIJING, sequence: 7, issuedAt: NOW - 60 };
const jsonOf = (claims: Omit<Attestation, 'disclosureDigests'>, disclosureDigests: readonly string[] = []): string => JSON.stringify(toWireClaims({ ...claims, disclosureDigests } as Attestation));

const READ = [
  sampleClaims(),
  sampleClaims({ source, supersedes: 1233, status: '10' }),
  sampleClaims({ original: { system: '健康码', field: '', value: '绿 ½ \u2028' }, evidence: 'authority-decision' }),
  sampleClaims({ sequence: 999_999_999_999_999, status: 'none' }),
  sampleCanaryClaims(),
];

/** The whole way: `undefined` where it refuses. */
function readWhole(json: string): Attestation | undefined {
  try {
    const claims = fromWireClaims(parseWireClaims(JSON.parse(json)));
    return JSON.stringify(toWireClaims(claims)) === json ? claims : undefined;
  } catch (error) {
    if (error instanceof AttestationError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readShort(json: string): Attestation | undefined {
  const claims = readCanonicalClaims(json);
  return claims && fromWireClaims(claims);
}

/** What the short way reads, the whole way reads, and the same. */
function expectAgreement(json: string): void {
  const short = readShort(json);
  if (short !== undefined) expect(readWhole(json)).toStrictEqual(short);
}

/** Thousands of texts: on a busy machine a while. */
const PATIENCE = { timeout: 60_000 };

describe('readCanonicalClaims', PATIENCE, () => {
  it.each(READ.map((claims) => [jsonOf(claims), claims] as const))('reads what the whole way reads: %s', (json, claims) => {
    expect(readShort(json)).toStrictEqual({ ...claims, disclosureDigests: [] });
    expectAgreement(json);
  });

  it('reads up to eight digests', () => {
    const digests = Array.from('ABCDEFGHI', (letter) => letter.repeat(42) + 'A');
    for (const count of [1, 8]) expect(readShort(jsonOf(sampleClaims(), digests.slice(0, count)))?.disclosureDigests).toEqual(digests.slice(0, count));
    expect(readCanonicalClaims(jsonOf(sampleClaims(), digests))).toBeUndefined();
    expect(readCanonicalClaims(jsonOf(sampleClaims(), [digests[0] ?? '', digests[0] ?? '']))).toBeUndefined();
  });

  it('leaves to the whole way what states more, and numbers that may not be exact', () => {
    for (const claims of [sampleTestClaims(), sampleClaims({ sequence: Number.MAX_SAFE_INTEGER }), sampleClaims({ original: { system: '𠮷', field: '', value: '' } })]) {
      expect(readCanonicalClaims(jsonOf(claims))).toBeUndefined();
      expect(readWhole(jsonOf(claims))).toStrictEqual({ ...claims, disclosureDigests: [] });
    }
  });

  it('agrees about one member that says something else', () => {
    const wires = READ.map((claims) => toWireClaims({ ...claims, disclosureDigests: ['A'.repeat(43)] }));
    const member = fc.constantFrom(...new Set(wires.flatMap((wire) => Object.keys(wire))));
    const number = fc.oneof(fc.integer({ min: NOW - 3_000_000, max: NOW + 3_000_000 }), fc.nat(3000), fc.maxSafeInteger(), fc.double());
    const value = fc.oneof(fc.jsonValue(), number, fc.string({ unit: 'binary', maxLength: 70 }), fc.constantFrom(...wires.flatMap((wire) => Object.values(wire))));
    fc.assert(
      fc.property(fc.constantFrom(...wires), member, value, (wire, name, some) => {
        expectAgreement(JSON.stringify({ ...wire, [name]: some }));
      }),
      { numRuns: 3000 },
    );
  });

  it('agrees about texts changed by a few characters', () => {
    const texts = READ.map((claims) => jsonOf(claims, ['A'.repeat(43), 'E'.repeat(43)]));
    const at = fc.nat(700);
    const piece = fc.oneof(fc.string({ unit: 'binary', maxLength: 2 }), fc.constantFrom('"', '\\', '\\u0041', ',', '}', '{', ' ', '0', '1', '-', '.', 'e1', ':', ']', '\u202e', '\ud800', '\u0085', '\n'));
    fc.assert(
      fc.property(fc.constantFrom(...texts), at, fc.nat(2), piece, (text, start, length, insertion) => {
        expectAgreement(text.slice(0, start) + insertion + text.slice(start + length));
      }),
      { numRuns: 20_000 },
    );
  });

  it('takes no time that grows with more than the length of a text that is none', () => {
    const json = jsonOf(sampleClaims());
    for (const filler of ['","'.repeat(1300), 'A'.repeat(4000), `"${'A'.repeat(43)}",`.repeat(80), '{"iss":"520000",'.repeat(250)]) {
      const started = process.cpuUsage();
      for (let time = 0; time < 100; time += 1) expect(readCanonicalClaims(json.slice(0, -1) + filler)).toBeUndefined();
      expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
    }
  });
});
