import { describe, expect, it } from 'vitest';
import type { CountryNode } from './nodes.js';
import { createPopulation, nextColour, pick } from './population.js';

const person = (name: string) => ({ person: name, name, documentType: '01', documentNumber: '', value: '' });
const node = { slug: 'anhui', people: { green: [person('甲'), person('乙')], yellow: [person('丙')], red: [person('丁'), person('戊')] } } as unknown as CountryNode;

describe('createPopulation', () => {
  it('lets everybody travel, and leaves one of each colour as it is', () => {
    const population = createPopulation([node]);
    expect(population.map(({ person: { name }, colour, mayChange }) => `${name} ${colour} ${mayChange ? 'changes' : 'stays'}`)).toEqual([
      '甲 green stays',
      '乙 green changes',
      '丙 yellow stays',
      '丁 red stays',
      '戊 red changes',
    ]);
  });
});

describe('nextColour', () => {
  it.each([0, 0.49, 0.5, 0.999])('always is another one (%d)', (chance) => {
    expect([nextColour('yellow', () => chance), nextColour('red', () => chance)]).toEqual(['green', 'green']);
    expect(nextColour('green', () => chance)).toBe(chance < 0.5 ? 'yellow' : 'red');
  });
});

describe('pick', () => {
  it('reaches the first and the last, and refuses to pick from nothing', () => {
    expect([pick(['a', 'b', 'c'], () => 0), pick(['a', 'b', 'c'], () => 0.999_999)]).toEqual(['a', 'c']);
    expect(() => pick([], () => 0)).toThrow(RangeError);
  });
});
