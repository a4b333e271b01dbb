import { parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { TermsDictionary, type SharedWords } from './terms.js';

const words = (change: Partial<SharedWords> = {}): SharedWords => ({
  issuer: parseProvinceCode('520000'), kind: 'health-status', status: '00', reason: 'REASON_NOT_STATED', rule: { id: 'r', version: '1' }, authority: '520000', evidence: 'laboratory',
  original: { system: 'local', field: 'code', value: '00' }, ...change,
});

describe('TermsDictionary', () => {
  it('keeps equal words once and different words apart', () => {
    const dictionary = new TermsDictionary();
    const first = dictionary.intern(words());
    expect(dictionary.intern(words())).toBe(first);
    expect(dictionary.intern(words({ original: { system: 'local', field: 'code', value: '01' } }))).not.toBe(first);
    expect(dictionary.intern(words({ evidence: 'self-declared' }))).not.toBe(first);
    expect(dictionary.intern(words({ kind: 'nucleic-acid-test' }))).not.toBe(first);
  });

  it('shares the province of a source, and not its number', () => {
    const dictionary = new TermsDictionary();
    const from = (province: string, sequence: number): SharedWords => words({ source: { issuer: parseProvinceCode(province), sequence, issuedAt: 1 } });
    const first = dictionary.intern(from('110000', 1));
    expect(dictionary.get(first).sourceIssuer).toBe('110000');
    expect(dictionary.intern(from('110000', 2))).toBe(first);
    expect(dictionary.intern(from('320000', 1))).not.toBe(first);
    expect(dictionary.get(dictionary.intern(words()))).not.toHaveProperty('sourceIssuer');
  });

  it('does not take words that run into each other for the same', () => {
    const dictionary = new TermsDictionary();
    const one = dictionary.intern(words({ original: { system: 'ab', field: 'c', value: '' } }));
    expect(dictionary.intern(words({ original: { system: 'a', field: 'bc', value: '' } }))).not.toBe(one);
  });

  it('stops keeping the local values of an issuer that has too many, and nothing else', () => {
    const dictionary = new TermsDictionary({ originals: 1, words: 1 });
    const kept = dictionary.intern(words());
    const values = ['36.7', '36.8', '36.9'].map((value) => dictionary.intern(words({ original: { system: 'local', field: 'temperature', value } })));
    expect(new Set(values).size).toBe(1);
    expect(dictionary.get(values[0] ?? -1).words).not.toHaveProperty('original');
    expect(dictionary.get(values[0] ?? -1).words?.reason).toBe('REASON_NOT_STATED');
    expect(dictionary.get(kept).words?.original?.value).toBe('00');
    expect(dictionary.get(dictionary.intern(words({ issuer: parseProvinceCode('110000') }))).words?.original?.value).toBe('00');
  });

  it('keeps a bounded number of terms of an issuer, whatever it makes up, and what a conflict is judged by of each', () => {
    const room = { originals: 20, words: 30 };
    const dictionary = new TermsDictionary(room);
    const fresh = (change: (text: string) => Partial<SharedWords>): void => {
      for (let count = 0; count < 1000; count += 1) dictionary.intern(words(change(String(count))));
    };
    fresh((text) => ({ original: { system: 'local', field: 'code', value: text } }));
    fresh((text) => ({ reason: `R${text}` }));
    fresh((text) => ({ rule: { id: text, version: '1' } }));
    fresh((text) => ({ rule: { id: 'r', version: text } }));
    fresh((text) => ({ authority: text.padStart(6, '0'), status: '10' }));
    fresh((text) => ({ reason: `R${text}`, source: { issuer: parseProvinceCode('110000'), sequence: 1, issuedAt: 1 } }));
    // Beyond the room: green, red, and green made of a statement of Beijing.
    expect(dictionary.size).toBe(room.originals + room.words + 3);
    const beyond = dictionary.get(dictionary.intern(words({ reason: 'ANOTHER', status: '10' })));
    expect(beyond).toEqual({ ordinal: beyond.ordinal, issuer: '520000', kind: 'health-status', status: '10' });
    expect(dictionary.get(dictionary.intern(words({ issuer: parseProvinceCode('110000') }))).words?.original?.value).toBe('00');
  });
});
