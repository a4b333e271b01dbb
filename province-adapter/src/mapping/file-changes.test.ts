import { describe, expect, it } from 'vitest';
import type { LocalChanges } from '../province-system.js';
import type { DroppedFile } from './drop-folder.js';
import { giveChanges } from './file-changes.js';

/** Rows called `<file>:<number>`. */
const file = (name: string, print: number, count: number): DroppedFile => ({
  name,
  print: String(print),
  namesPeople: true,
  rows: Array.from({ length: count }, (_, row) => ({ answer: { fields: { id: `${name}:${String(row)}` }, answeredAt: 0 } })),
});
const give = (files: readonly DroppedFile[], cursor?: string): LocalChanges => giveChanges(files, cursor, ({ answer }) => answer);
const idsOf = ({ answers }: LocalChanges): readonly string[] => answers.map(({ fields }) => fields['id'] ?? '');

describe('giveChanges', () => {
  it('gives every row once, and then nothing', () => {
    const files = [file('a', 1, 3), file('b', 1, 1200)];
    const given: string[] = [];
    let changes = give(files);
    for (let poll = 0; poll < 10; poll += 1) {
      given.push(...idsOf(changes));
      expect(changes.answers.length).toBeLessThanOrEqual(500);
      changes = give(files, changes.cursor);
    }
    expect(given.length).toBe(1203);
    expect(new Set(given).size).toBe(1203);
    expect(give(files, changes.cursor)).toEqual({ answers: [], cursor: changes.cursor });
  });

  it('comes to the last row of a file that changes between any two polls', () => {
    const given = new Set<string>();
    let cursor: string | undefined;
    for (let poll = 0; poll < 5; poll += 1) {
      const changes = give([file('a', poll, 1200 + poll)], cursor);
      for (const id of idsOf(changes)) given.add(id);
      ({ cursor } = changes);
    }
    for (let row = 0; row < 1200; row += 1) expect(given.has(`a:${String(row)}`), String(row)).toBe(true);
  });

  it('lets no such file keep the others from being given', () => {
    let cursor: string | undefined;
    const given = new Set<string>();
    for (let poll = 0; poll < 3; poll += 1) {
      const changes = give([file('a', poll, 5000), file('b', 1, 10)], cursor);
      for (const id of idsOf(changes)) given.add(id);
      ({ cursor } = changes);
    }
    expect(given.has('b:9')).toBe(true);
  });

  it('gives first what was appended, and the rest again', () => {
    let { cursor } = give([file('a', 1, 400)]);
    let changes = give([file('a', 2, 402)], cursor);
    expect(idsOf(changes).slice(0, 3)).toEqual(['a:400', 'a:401', 'a:0']);
    expect(changes.answers.length).toBe(402);
    ({ cursor } = changes);
    changes = give([file('a', 3, 403)], cursor);
    expect(idsOf(changes).slice(0, 2)).toEqual(['a:402', 'a:0']);
  });

  it('gives all of a file that became shorter, or was repaired', () => {
    const { cursor } = give([file('a', 1, 400)]);
    expect(idsOf(give([file('a', 2, 2)], cursor))).toEqual(['a:0', 'a:1']);
    expect(idsOf(give([file('a', 3, 0)], cursor))).toEqual([]);
  });

  it.each(['no JSON', '{"a":["1",400]}', '{"a":["1",-1,0]}', 'null'])('takes the cursor %s for none', (cursor) => {
    expect(give([file('a', 1, 3)], cursor).answers.length).toBe(3);
  });
});
