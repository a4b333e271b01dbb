import type { ProvinceCode } from '@health-code/attestation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttestationIndex } from './attestation-index.js';
import { digestOf } from './digest.js';
import type { IndexedAttestation, IndexedClaims } from './lookup.js';

const GUIZHOU = '520000' as ProvinceCode;
const BEIJING = '110000' as ProvinceCode;

const bytesOf = (text: string): Uint8Array => Buffer.from(digestOf(text), 'latin1');

/** The statement of this number about one person. */
function said(sequence: number, change: Partial<IndexedClaims> = {}): IndexedAttestation {
  const issuer = change.issuer ?? GUIZHOU;
  const token = `token ${issuer} ${String(sequence)}`;
  return {
    tokenDigest: bytesOf(token), contentDigest: bytesOf(`content of ${token}`),
    claims: {
      issuer, sequence, subject: 'person', kind: 'health-status', status: '00', since: 900, reason: 'REASON_NOT_STATED', rule: { id: 'gz-1', version: '1' }, authority: issuer,
      evidence: 'verified-source', original: { system: 'local', field: 'code', value: '00' }, issuedAt: 1000, expiresAt: 2000, ...change,
    },
  };
}

const red = { status: '10' } as const;

function indexOf(...statements: readonly IndexedAttestation[]): AttestationIndex {
  const index = new AttestationIndex([1, 2]);
  for (const statement of statements) index.insert(statement);
  return index;
}

const superseded = (index: AttestationIndex, ...sequences: readonly number[]): boolean[] => sequences.map((sequence) => index.isSuperseded(index.findSequence(GUIZHOU, sequence)));

describe('AttestationIndex, of what is said again', () => {
  it('takes nothing back by a renewal, and shows the last one as current', () => {
    const index = indexOf(said(1), said(2, { since: 950 }), said(3));
    expect(superseded(index, 1, 2, 3)).toEqual([false, false, false]);
    expect(index.currentOf(index.findSequence(GUIZHOU, 1))).toBe(index.findSequence(GUIZHOU, 3));
    expect(index.findSubject('person', 'health-status')).toBe(index.findSequence(GUIZHOU, 3));
  });

  it('takes all of them back by another word, for good, whatever is said again later', () => {
    const index = indexOf(said(1), said(2), said(3, red), said(4), said(5));
    expect(superseded(index, 1, 2, 3, 4, 5)).toEqual([true, true, true, false, false]);
  });

  it('leads from a renewed one into the ring of the person', () => {
    const index = indexOf(said(1), said(7, { issuer: BEIJING, ...red }), said(2));
    const current = index.currentOf(index.findSequence(GUIZHOU, 1));
    expect(index.nextCurrent(current)).toBe(index.findSequence(BEIJING, 7));
    expect(index.nextCurrent(index.findSequence(GUIZHOU, 1))).toBe(index.findSequence(GUIZHOU, 1));
  });

  it('takes a late renewal for what it is, and a late other word for what it took back', () => {
    expect(superseded(indexOf(said(2), said(1)), 1, 2)).toEqual([false, false]);
    expect(superseded(indexOf(said(1), said(3, { supersedes: 2 }), said(2, { ...red, supersedes: 1 })), 1, 2, 3)).toEqual([true, true, false]);
    expect(superseded(indexOf(said(1), said(3, { ...red, supersedes: 2 }), said(2, { supersedes: 1 })), 1, 2, 3)).toEqual([true, true, false]);
  });

  it.each([
    ['another person', { subject: 'other' }], ['another kind', { kind: 'nucleic-acid-test', status: 'negative' }], ['another issuer', { issuer: BEIJING }],
  ] as const)('lets the word of %s take nothing back, whatever number it names', (_, change) => {
    expect(superseded(indexOf(said(1), said(3), said(2, { ...red, ...change, supersedes: 1 })), 1, 3)).toEqual([false, false]);
  });

  it('tells a test by its sample, and a conversion by its source', () => {
    const test = { kind: 'nucleic-acid-test', status: 'negative' } as const;
    expect(superseded(indexOf(said(1, test), said(2, test), said(3, { ...test, since: 950 })), 1, 2, 3)).toEqual([true, true, false]);
    const source = { issuer: BEIJING, sequence: 4, issuedAt: 5 };
    expect(superseded(indexOf(said(1, { source }), said(2, { source }), said(3, { source: { ...source, sequence: 5 } })), 1, 2, 3)).toEqual([true, true, false]);
  });

  it('does not know that words for which there was no room are the same', () => {
    const index = new AttestationIndex([1, 2], 0, { originals: 0, words: 0 });
    for (const statement of [said(1), said(2)]) index.insert(statement);
    expect(superseded(index, 1, 2)).toEqual([true, false]);
  });

  it('comes to the same in every order of arrival, where each names the one it follows', () => {
    const history = fc.array(fc.constantFrom('00' as const, '10' as const), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(history.chain((words) => fc.tuple(fc.constant(words), fc.shuffledSubarray(words.map((_, place) => place), { minLength: words.length }))), ([words, order]) => {
      const index = indexOf(...order.map((place) => said(place + 1, { status: words[place] ?? '00', ...(place === 0 ? {} : { supersedes: place }) })));
      const expected = words.map((word, place) => words.slice(place + 1).some((later) => later !== word));
      // An earlier word that came before anything said which numbers are missing is judged by what came; the list of its issuer says the rest.
      for (const [place, isTakenBack] of superseded(index, ...words.map((_, at) => at + 1)).entries()) if (isTakenBack) expect(expected[place]).toBe(true);
      expect(superseded(index, words.length)).toEqual([false]);
      const inOrder = indexOf(...words.map((status, place) => said(place + 1, { status })));
      expect(superseded(inOrder, ...words.map((_, at) => at + 1))).toEqual(expected);
    }));
  });
});
