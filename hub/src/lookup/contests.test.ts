import { createHash } from 'node:crypto';
import { parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { AttestationIndex } from './attestation-index.js';
import { Contests } from './contests.js';
import type { IndexedAttestation, IndexedClaims } from './lookup.js';

const [GUIZHOU, BEIJING, SICHUAN] = ['520000', '110000', '510000'].map(parseProvinceCode) as [ReturnType<typeof parseProvinceCode>, ReturnType<typeof parseProvinceCode>, ReturnType<typeof parseProvinceCode>];
const NOW = 1000;
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function statement(issuer: IndexedClaims['issuer'], sequence: number, subject: string, change: Partial<IndexedClaims> = {}): IndexedAttestation {
  const claims: IndexedClaims = {
    issuer, sequence, subject, kind: 'health-status', status: '00', reason: 'REASON_NOT_STATED', rule: { id: 'r', version: '1' }, authority: issuer, evidence: 'verified-source',
    original: { system: 's', field: 'f', value: '00' }, since: 1, issuedAt: 1, expiresAt: NOW + 100, ...change,
  };
  return { claims, tokenDigest: digest(`${issuer}${String(sequence)}`), contentDigest: digest(`content ${issuer}${String(sequence)}`) };
}

function filled(...statements: readonly IndexedAttestation[]) {
  const index = new AttestationIndex([1, 2]);
  const contests = new Contests(index);
  for (const one of statements) contests.insert(one);
  const name = (slot: number): string => `${index.terms(slot).issuer} ${String(index.sequence(slot))}`;
  const shared = (now = NOW): readonly string[] => [...new Set([...contests.shared(now)].map(name))].sort();
  return { index, contests, name, shared };
}

describe('Contests', () => {
  it('names everybody who spoke about a person about whom others spoke, and nobody else', () => {
    const { shared } = filled(statement(GUIZHOU, 1, 'alone'), statement(GUIZHOU, 2, 'two'), statement(BEIJING, 1, 'two'), statement(GUIZHOU, 3, 'three'), statement(BEIJING, 2, 'three'), statement(SICHUAN, 1, 'three'));
    expect(shared()).toEqual(['110000 1', '110000 2', '510000 1', '520000 2', '520000 3']);
  });

  it('follows who was superseded to what stands now', () => {
    const { shared } = filled(statement(GUIZHOU, 1, 'two'), statement(BEIJING, 1, 'two'), statement(BEIJING, 2, 'two', { status: '10' }), statement(GUIZHOU, 2, 'two', { status: '01' }));
    expect(shared()).toEqual(['110000 2', '520000 2']);
  });

  it('tells once what came and can put a statement in question, and nothing else', () => {
    const { contests, name } = filled(statement(GUIZHOU, 1, 'one'), statement(GUIZHOU, 2, 'two'));
    expect(contests.takeFresh()).toEqual([]);
    contests.insert(statement(BEIJING, 1, 'two'));
    contests.insert(statement(BEIJING, 1, 'two'));
    contests.insert(statement(BEIJING, 2, 'third', { source: { issuer: GUIZHOU, sequence: 9, issuedAt: 1 } }));
    expect([contests.takeFresh().map(name), contests.takeFresh()]).toEqual([['110000 1', '110000 2'], []]);
  });

  it('names the converted, and forgets what has expired', () => {
    const source = { issuer: GUIZHOU, sequence: 9, issuedAt: 1 };
    const { contests, name, shared } = filled(statement(BEIJING, 1, 'one', { source }), statement(BEIJING, 2, 'two', { source, expiresAt: NOW }), statement(GUIZHOU, 1, 'both', { expiresAt: NOW }), statement(BEIJING, 3, 'both', { expiresAt: NOW }));
    expect([...contests.converted(NOW)].map(name)).toEqual(['110000 1']);
    expect([shared(NOW - 1), shared(NOW)]).toEqual([['110000 3', '520000 1'], []]);
  });

  it('forgets for good only what was over by a clock of the day before: one that was a day ahead takes nothing out of the next package', () => {
    const source = { issuer: GUIZHOU, sequence: 9, issuedAt: 1 };
    const { contests, shared } = filled(statement(BEIJING, 1, 'one', { source }), statement(GUIZHOU, 1, 'two'), statement(BEIJING, 2, 'two'));
    const DAY = 86_400;
    const held = (now: number): readonly number[] => [[...contests.converted(now)].length, shared(now).length];
    expect([held(NOW), held(NOW + DAY), held(NOW)]).toEqual([[1, 2], [0, 0], [1, 2]]);
    expect([held(NOW + 100 + DAY), held(NOW)]).toEqual([[0, 0], [0, 0]]);
  });

  it('names earlier statements that say the same as one in question, and not those that say something else', () => {
    const { index, contests, name } = filled(statement(GUIZHOU, 1, 'one', { status: '01' }), statement(GUIZHOU, 2, 'one'), statement(GUIZHOU, 3, 'one'), statement(GUIZHOU, 4, 'other'), statement(GUIZHOU, 5, 'other'));
    const renewed = contests.renewedInto(new Set([index.findSequence(GUIZHOU, 3)]), NOW);
    expect([...renewed].flatMap((slot) => (slot === undefined ? [] : [name(slot)]))).toEqual(['520000 2']);
    expect([...contests.renewedInto(new Set(), NOW)]).toEqual([]);
  });
});
