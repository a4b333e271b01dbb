import { ATTESTATION_KINDS, type AttestationKind, type ProvinceCode } from '@health-code/attestation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttestationIndex } from './attestation-index.js';
import { digestFromBytes, digestOf, subjectKeyOf } from './digest.js';
import type { IndexedAttestation, IndexedClaims } from './lookup.js';
import { NO_SLOT } from './slot-table.js';

const SEED = [0x9e3779b1, 0x85ebca77] as const;
const GUIZHOU = '520000' as ProvinceCode;
const BEIJING = '110000' as ProvinceCode;
const JIANGSU = '320000' as ProvinceCode;

const bytesOf = (digest: string): Uint8Array => Buffer.from(digest, 'latin1');
const tokenOf = (issuer: string, sequence: number): string => `token ${issuer} ${String(sequence)}`;

function committed(issuer: ProvinceCode, sequence: number, subject: string, change: Partial<IndexedClaims> = {}): IndexedAttestation {
  const token = tokenOf(issuer, sequence);
  return {
    tokenDigest: bytesOf(digestOf(token)), contentDigest: bytesOf(digestOf(`content of ${token}`)),
    claims: {
      issuer, sequence, subject, kind: 'health-status', status: '00', since: 900, reason: 'REASON_NOT_STATED', rule: { id: 'gz-1', version: '1' }, authority: issuer, evidence: 'verified-source',
      original: { system: 'local', field: 'code', value: '00' }, issuedAt: 1000, expiresAt: 2000, ...change,
    },
  };
}

function indexOf(...attestations: readonly IndexedAttestation[]): AttestationIndex {
  const index = new AttestationIndex(SEED);
  for (const attestation of attestations) index.insert(attestation);
  return index;
}

const ring = (index: AttestationIndex, subject: string, kind: AttestationKind = 'health-status'): string[] => {
  const head = index.findSubject(subject, kind);
  if (head === NO_SLOT) return [];
  const members: string[] = [];
  let slot = head;
  do {
    members.push(`${index.terms(slot).issuer} ${String(index.sequence(slot))}`);
    slot = index.nextCurrent(slot);
  } while (slot !== head);
  return members.sort();
};

describe('AttestationIndex', () => {
  it('finds an attestation by its token and by issuer and sequence, with what it said', () => {
    const index = indexOf(committed(GUIZHOU, 7, 'person', { status: '10', reason: 'CLOSE_CONTACT', rule: { id: 'gz-1', version: '3' }, since: 1200, issuedAt: 1234, expiresAt: 5678 }));
    const slot = index.findToken(digestOf(tokenOf(GUIZHOU, 7)));
    expect(slot).toBe(index.findSequence(GUIZHOU, 7));
    expect(index.terms(slot)).toEqual({
      ordinal: 0, issuer: GUIZHOU, kind: 'health-status', status: '10',
      words: { reason: 'CLOSE_CONTACT', rule: { id: 'gz-1', version: '3' }, authority: GUIZHOU, evidence: 'verified-source', original: { system: 'local', field: 'code', value: '00' } },
    });
    expect([index.sequence(slot), index.since(slot), index.issuedAt(slot), index.expiresAt(slot)]).toEqual([7, 1200, 1234, 5678]);
  });

  it('says of what a revoked key signed that it was, and of nothing that says the same', () => {
    const index = indexOf(committed(GUIZHOU, 1, 'one'), committed(GUIZHOU, 2, 'two'), committed(GUIZHOU, 3, 'three'));
    expect([index.revoke(GUIZHOU, 2), index.revoke(GUIZHOU, 2), index.revoke(GUIZHOU, 4), index.revoke(BEIJING, 1)]).toEqual([true, true, false, false]);
    expect([1, 2, 3].map((sequence) => index.terms(index.findSequence(GUIZHOU, sequence)).isRevoked)).toEqual([undefined, true, undefined]);
    expect(index.terms(index.findSequence(GUIZHOU, 2))).toMatchObject({ issuer: GUIZHOU, kind: 'health-status', status: '00', words: { reason: 'REASON_NOT_STATED' } });
    expect(index.findToken(digestOf(tokenOf(GUIZHOU, 2)))).toBe(index.findSequence(GUIZHOU, 2));
    index.revoke(GUIZHOU, 3);
    expect(index.terms(index.findSequence(GUIZHOU, 3))).toBe(index.terms(index.findSequence(GUIZHOU, 2)));
  });

  it('keeps what a revoked statement took the place of superseded', () => {
    const index = indexOf(committed(GUIZHOU, 1, 'person'), committed(GUIZHOU, 2, 'person', { status: '10' }));
    index.revoke(GUIZHOU, 2);
    expect(index.isSuperseded(index.findSequence(GUIZHOU, 1))).toBe(true);
    expect(ring(index, 'person')).toEqual(['520000 2']);
  });

  it('knows no other token, sequence, issuer or subject', () => {
    const index = indexOf(committed(GUIZHOU, 7, 'person'));
    expect(index.findToken(digestOf('another'))).toBe(NO_SLOT);
    expect(index.findSequence(GUIZHOU, 8)).toBe(NO_SLOT);
    expect(index.findSequence(BEIJING, 7)).toBe(NO_SLOT);
    expect(index.findSubject('somebody else', 'health-status')).toBe(NO_SLOT);
  });

  it('tells the same content from other content', () => {
    const index = indexOf(committed(GUIZHOU, 7, 'person'));
    expect(index.hasContent(0, bytesOf(digestOf(`content of ${tokenOf(GUIZHOU, 7)}`)))).toBe(true);
    expect(index.hasContent(0, bytesOf(digestOf('other content')))).toBe(false);
  });

  it('lets a later sequence of the same issuer and subject that says something else supersede the earlier one', () => {
    const index = indexOf(committed(GUIZHOU, 1, 'person'), committed(GUIZHOU, 2, 'person', { status: '10' }));
    expect(index.isSuperseded(index.findSequence(GUIZHOU, 1))).toBe(true);
    expect(index.isSuperseded(index.findSequence(GUIZHOU, 2))).toBe(false);
  });

  it('lets the highest sequence win when an earlier one arrives late', () => {
    const index = indexOf(committed(GUIZHOU, 2, 'person', { status: '10' }), committed(GUIZHOU, 1, 'person'));
    expect(index.isSuperseded(index.findSequence(GUIZHOU, 1))).toBe(true);
    expect(ring(index, 'person')).toEqual(['520000 2']);
  });

  it('keeps one current attestation of each issuer about a subject', () => {
    const index = indexOf(committed(GUIZHOU, 1, 'person'), committed(BEIJING, 5, 'person'), committed(JIANGSU, 1, 'person'), committed(GUIZHOU, 9, 'person'), committed(BEIJING, 6, 'other'));
    expect(ring(index, 'person')).toEqual(['110000 5', '320000 1', '520000 9']);
    expect(ring(index, 'other')).toEqual(['110000 6']);
  });

  it('keeps kinds apart: no test supersedes a status, stands in a ring with one, or is found for one', () => {
    const test = { kind: 'nucleic-acid-test', status: 'negative' } as const;
    const index = indexOf(committed(GUIZHOU, 1, 'person'), committed(GUIZHOU, 2, 'person', test), committed(BEIJING, 5, 'person', test), committed(GUIZHOU, 3, 'person', { ...test, since: 950 }), committed(BEIJING, 6, 'other', test));
    expect(ring(index, 'person')).toEqual(['520000 1']);
    expect(ring(index, 'person', 'nucleic-acid-test')).toEqual(['110000 5', '520000 3']);
    expect(index.isSuperseded(index.findSequence(GUIZHOU, 1))).toBe(false);
    expect(index.isSuperseded(index.findSequence(GUIZHOU, 2))).toBe(true);
    expect(index.findSubject('other', 'health-status')).toBe(NO_SLOT);
    expect(index.isSameSubject(index.findSequence(GUIZHOU, 3), index.findSequence(BEIJING, 5))).toBe(true);
    expect(index.isSameSubject(index.findSequence(GUIZHOU, 1), index.findSequence(GUIZHOU, 3))).toBe(false);
    expect(index.isSameSubject(index.findSequence(BEIJING, 5), index.findSequence(BEIJING, 6))).toBe(false);
  });

  it('finds a status by the digest of the reference alone, as it was before there were other kinds', () => {
    expect(subjectKeyOf('person', 'health-status')).toBe(digestOf('person'));
    expect(subjectKeyOf('person', 'nucleic-acid-test')).not.toBe(digestOf('person'));
  });

  it('remembers what a converted statement was made from, whether or not it holds that one', () => {
    const source = { issuer: BEIJING, sequence: 2 ** 40 + 3, issuedAt: 5 };
    const index = indexOf(committed(GUIZHOU, 1, 'person', { source }), committed(GUIZHOU, 2, 'other'));
    expect(index.terms(0).sourceIssuer).toBe(BEIJING);
    expect([index.sourceSequence(0), index.sourceIssuedAt(0)]).toEqual([2 ** 40 + 3, 5]);
    expect(index.terms(1)).not.toHaveProperty('sourceIssuer');
    expect([index.sourceSequence(1), index.sourceIssuedAt(1)]).toEqual([0, 0]);
    expect(index.findSequence(BEIJING, source.sequence)).toBe(NO_SLOT);
    index.insert(committed(BEIJING, source.sequence, 'person'));
    expect(index.findSequence(index.terms(0).sourceIssuer ?? '', index.sourceSequence(0))).toBe(2);
  });

  it('takes an attestation that it holds already for the same one', () => {
    const index = indexOf(committed(GUIZHOU, 1, 'person'), committed(GUIZHOU, 1, 'person'));
    expect(index.size).toBe(1);
    expect(index.isSuperseded(0)).toBe(false);
  });

  it('keeps sequence numbers above 32 bits apart', () => {
    const high = 2 ** 40 + 1;
    const index = indexOf(committed(GUIZHOU, 1, 'person'), committed(GUIZHOU, high, 'other'));
    expect(index.sequence(index.findSequence(GUIZHOU, high))).toBe(high);
    expect(index.findSequence(GUIZHOU, 1)).toBe(0);
  });

  it('keeps digests as text and as bytes alike', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      expect(digestFromBytes(bytes)).toBe(Buffer.from(bytes).toString('latin1'));
    }));
  });

  it('holds an attestation in at most 120 bytes once it has grown', () => {
    const index = new AttestationIndex(SEED);
    for (let sequence = 1; sequence <= 200_000; sequence += 1) index.insert(committed(GUIZHOU, sequence, `person ${String(sequence)}`));
    expect(index.byteLength / index.size).toBeLessThan(120);
    expect(index.sequence(index.findToken(digestOf(tokenOf(GUIZHOU, 123_456))))).toBe(123_456);
  });

  it('takes 12 bytes more for a converted statement, and finds the source of each', () => {
    const plain = new AttestationIndex(SEED);
    const converted = new AttestationIndex(SEED);
    for (let sequence = 1; sequence <= 12_288; sequence += 1) {
      plain.insert(committed(GUIZHOU, sequence, `person ${String(sequence)}`));
      converted.insert(committed(GUIZHOU, sequence, `person ${String(sequence)}`, { source: { issuer: BEIJING, sequence: sequence * 7, issuedAt: sequence } }));
    }
    expect(converted.byteLength - plain.byteLength).toBe(12_288 * 16);
    for (const slot of [0, 1, 4095, 4096, 12_287]) expect([converted.sourceSequence(slot), converted.sourceIssuedAt(slot)]).toEqual([(slot + 1) * 7, slot + 1]);
  });

  it('answers like a model made of maps, in whatever order attestations come', () => {
    const issuer = fc.constantFrom(GUIZHOU, BEIJING, JIANGSU);
    const arrival = fc.record({ issuer, sequence: fc.integer({ min: 1, max: 60 }), subject: fc.constantFrom('a', 'b', 'c', 'd', 'e'), kind: fc.constantFrom(...ATTESTATION_KINDS), from: fc.option(fc.record({ issuer, sequence: fc.integer({ min: 1, max: 60 }), issuedAt: fc.nat(9) }), { nil: undefined }) });
    fc.assert(fc.property(fc.array(arrival, { maxLength: 150 }), (arrivals) => {
      const index = new AttestationIndex(SEED);
      const held = new Map<string, (typeof arrivals)[number]>();
      for (const entry of arrivals) {
        const status = entry.kind === 'health-status' ? '00' : 'negative';
        index.insert(committed(entry.issuer, entry.sequence, entry.subject, { kind: entry.kind, status, authority: String(entry.sequence), ...(entry.from === undefined ? {} : { source: entry.from }) }));
        const key = `${entry.issuer} ${String(entry.sequence)}`;
        if (!held.has(key)) held.set(key, entry);
      }
      const current = new Map<string, number>();
      for (const { issuer: by, subject, kind, sequence } of held.values()) {
        current.set(`${by} ${kind} ${subject}`, Math.max(sequence, current.get(`${by} ${kind} ${subject}`) ?? 0));
      }
      expect(index.size).toBe(held.size);
      for (const { issuer: by, subject, kind, sequence, from } of held.values()) {
        const slot = index.findSequence(by, sequence);
        expect(slot).toBe(index.findToken(digestOf(tokenOf(by, sequence))));
        expect(index.isSuperseded(slot)).toBe(current.get(`${by} ${kind} ${subject}`) !== sequence);
        expect([index.terms(slot).kind, index.terms(slot).sourceIssuer, index.sourceSequence(slot), index.sourceIssuedAt(slot)]).toEqual([kind, from?.issuer, from?.sequence ?? 0, from?.issuedAt ?? 0]);
      }
      for (const kind of ATTESTATION_KINDS) {
        for (const subject of ['a', 'b', 'c', 'd', 'e']) {
          const expected = [...current].filter(([key]) => key.endsWith(` ${kind} ${subject}`)).map(([key, sequence]) => `${key.slice(0, 6)} ${String(sequence)}`);
          expect(ring(index, subject, kind)).toEqual(expected.sort());
        }
      }
    }));
  });
});
