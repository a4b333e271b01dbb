import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFolder, findFolderNotes } from './check-folder.js';

const PROVINCES = join(import.meta.dirname, '../provinces');
const TEMPLATES = join(import.meta.dirname, '../../../scripts/new-province/templates/mapping');
const WORDS: Readonly<Record<string, string>> = { slug: 'qinghai', code: '630000', name: '青海', english: 'Qinghai' };
const MAPPED = readdirSync(PROVINCES).filter((slug) => existsSync(join(PROVINCES, slug, 'mapping.yaml')));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-folder-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('checkFolder', () => {
  it.each(MAPPED)('finds nothing wrong with %s', (slug) => {
    expect(checkFolder(join(PROVINCES, slug))).toEqual([]);
  });

  it('notes which ports of ours a mapping needs of its real system, and holds nothing against it', () => {
    expect(findFolderNotes(join(PROVINCES, 'jilin'))).toEqual([expect.stringMatching(/^jilin\/mapping\.yaml:\d+: fields: .*\/stand-in\/resolve/), expect.stringMatching(/^jilin\/mapping\.yaml:\d+: http: .*\/stand-in\/find/)]);
    expect(findFolderNotes(join(PROVINCES, 'shaanxi')).filter((note) => note.includes('/stand-in/find'))).toEqual([]);
    const folder = join(root, 'jilin');
    cpSync(join(PROVINCES, 'jilin'), folder, { recursive: true });
    const mapping = readFileSync(join(folder, 'mapping.yaml'), 'utf8');
    writeFileSync(join(folder, 'mapping.yaml'), mapping.replace('fields:', 'fields:\n  identityNumber: { at: /data/number }').replace('  answer:', "  byPerson: { method: POST, path: /person, form: { number: '{person.number}' } }\n  answer:"));
    expect(findFolderNotes(folder)).toEqual([]);
    writeFileSync(join(folder, 'mapping.yaml'), mapping.replace('fields:', 'felder:'));
    expect(findFolderNotes(folder)).toEqual([]);
  });

  it('finds nothing wrong with a new folder but what is to be filled in, each with file and line', () => {
    const folder = join(root, 'qinghai');
    cpSync(TEMPLATES, folder, { recursive: true });
    for (const name of readdirSync(folder, { encoding: 'utf8', recursive: true }).filter((file) => file.endsWith('.template'))) {
      const path = join(folder, name);
      writeFileSync(path, readFileSync(path, 'utf8').replace(/\{\{(\w+)\}\}/g, (_whole, word: string) => WORDS[word] ?? ''));
      renameSync(path, path.replace(/\.template$/, ''));
    }
    const problems = checkFolder(folder);
    expect(problems.length).toBeGreaterThan(10);
    // As it is written, it needs no port of ours.
    expect(findFolderNotes(folder)).toEqual([]);
    expect(problems.filter((problem) => !/^qinghai\/[\w./-]+:\d+: FILL IN: \S/.test(problem))).toEqual([]);
  });

  it('finds nothing wrong with the example that the walk-through is made of', () => {
    const document = readFileSync(join(import.meta.dirname, '../../../docs/connect-a-province.md'), 'utf8');
    const [mapping = '', standIn = ''] = [...document.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text);
    const folder = join(root, 'qinghai');
    cpSync(join(PROVINCES, 'jilin'), folder, { recursive: true });
    writeFileSync(join(folder, 'mapping.yaml'), mapping);
    writeFileSync(join(folder, 'fixtures/stand-in.yaml'), standIn);
    expect(checkFolder(folder)).toEqual([]);
  });

  it('names what is missing, in every file at once', () => {
    const folder = join(root, 'jilin');
    mkdirSync(join(folder, 'fixtures'), { recursive: true });
    writeFileSync(join(folder, 'mapping.yaml'), readFileSync(join(PROVINCES, 'jilin/mapping.yaml'), 'utf8').replace('timeZone:', 'timezone:'));
    writeFileSync(join(folder, 'fixtures/contract.yaml'), 'values: { a: green }\n');
    const problems = checkFolder(folder);
    for (const place of ['jilin/mapping.yaml:6: timezone: ', 'jilin/fixtures/contract.yaml:1: values.a: ', 'jilin/fixtures/contract.yaml:1: neverIssued: ', 'jilin/fixtures/stand-in.yaml:1: (whole file): ']) {
      expect(problems.filter((problem) => problem.startsWith(place)), place).toHaveLength(1);
    }
  });

  it.each([
    ['a place that nothing fills', "'{status}'", "'{stauts}'", 'answers.byCode: '],
    ['a time that is none', 'changedAt:yyyy-MM-dd', 'changedAt:MM-dd', 'answers.byCode: '],
    ['a code that the mapping does not take', 'length: 32', 'length: 31', 'codes: '],
    ['a word of another colour', "'01': yellow", "'01': red", 'colours.01: '],
    ['a person of no colour', '[green, green, yellow', '[grey, green, yellow', 'people.0: '],
  ])('names in the stand-in %s', (_what, from, to, expected) => {
    const folder = join(root, 'jilin');
    cpSync(join(PROVINCES, 'jilin'), folder, { recursive: true });
    const standIn = readFileSync(join(folder, 'fixtures/stand-in.yaml'), 'utf8');
    expect(standIn).toContain(from);
    writeFileSync(join(folder, 'fixtures/stand-in.yaml'), standIn.replace(from, to));
    expect(checkFolder(folder).filter((problem) => /^jilin\/fixtures\/stand-in\.yaml:\d+: /.test(problem) && problem.includes(`: ${expected}`))).toHaveLength(1);
    expect(checkFolder(folder)).toHaveLength(1);
  });

  it('takes no other folder for a province', () => {
    expect(checkFolder(join(root, 'nowhere'))).toHaveLength(1);
    mkdirSync(join(root, 'atlantis'));
    writeFileSync(join(root, 'atlantis/mapping.yaml'), 'format: 1\n');
    expect(checkFolder(join(root, 'atlantis'))[0]).toContain('atlantis');
  });
});
