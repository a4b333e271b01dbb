import { describe, expect, it } from 'vitest';
import { STAND_IN_FIXTURE } from './fixture-schema.js';
import { changeOf, createMappedPeople } from './mapped-people.js';

const FIXTURE = STAND_IN_FIXTURE.parse({
  colours: { '00': 'a', '01': 'b', '10': 'c' },
  people: [...Array.from({ length: 19 }, () => 'a'), { status: 'c', reason: 'r' }],
  codes: { text: 'x', lifetime: '5m' },
  answers: { byCode: {} },
});

describe('the people of a mapped stand-in', () => {
  it('are one for each entry, nobody real, with what is held of each', () => {
    const people = createMappedPeople(FIXTURE, 'zt', '630000');
    expect(people).toHaveLength(20);
    expect(people.every(({ documentNumber }) => documentNumber.startsWith('996301'))).toBe(true);
    expect(people[19]?.fields).toEqual({ zt: 'c', reason: 'r' });
  });

  it('have stood so since the beginning of the day where they never changed, and since their change where they did', () => {
    const [person] = createMappedPeople(FIXTURE, 'zt', '630000');
    if (person === undefined) throw new Error('nobody');
    const now = Date.parse('2022-04-15T10:00:00+08:00');
    expect(changeOf(person, now, 'Asia/Shanghai')).toBe(Date.parse('2022-04-15T00:00:00+08:00'));
    expect(changeOf({ ...person, changedAt: now - 5 }, now, 'Asia/Shanghai')).toBe(now - 5);
  });
});
