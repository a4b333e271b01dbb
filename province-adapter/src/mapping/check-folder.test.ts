import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFolderProvince } from './mapping-folder.js';
import { filesProvinceFolder, writeFilesProvince } from './files-province.fixture.js';
import { checkFolder, findFolderNotes } from './check-folder.js';

const PROVINCES = join(import.meta.dirname, '../provinces');
const TEMPLATES = join(import.meta.dirname, '../../../scripts/new-province/templates/mapping');
const WORDS: Readonly<Record<string, string>> = { slug: 'qinghai', code: '630000', name: '青海', english: 'Qinghai' };
const MAPPED = readdirSync(PROVINCES).filter((slug) => existsSync(join(PROVINCES, slug, 'mapping.yaml')));

const NOW = Date.parse('2022-04-15T10:00:00+08:00');

const NEIGHBOURS = [
  { code: findFolderProvince('qinghai').code, recognisers: [{ prefix: 'https://standin-qinghai.example.org/', infix: '', minLength: 40, maxLength: 100 }] },
  { code: findFolderProvince('shaanxi').code, recognisers: [{ prefix: 'https://standin-shaanxi.example.org/', infix: '', minLength: 60, maxLength: 200 }] },
];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-folder-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('checkFolder', () => {
  it.each(MAPPED)('finds nothing wrong with %s', async (slug) => {
    expect(await checkFolder(join(PROVINCES, slug), NOW, [])).toEqual([]);
  });

  it('notes which ports of ours a mapping needs of its real system, and holds nothing against it', async () => {
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

  it('finds nothing wrong with a new folder but what is to be filled in, each with file and line', async () => {
    const folder = join(root, 'qinghai');
    cpSync(TEMPLATES, folder, { recursive: true });
    for (const name of readdirSync(folder, { encoding: 'utf8', recursive: true }).filter((file) => file.endsWith('.template'))) {
      const path = join(folder, name);
      writeFileSync(path, readFileSync(path, 'utf8').replace(/\{\{(\w+)\}\}/g, (_whole, word: string) => WORDS[word] ?? ''));
      renameSync(path, path.replace(/\.template$/, ''));
    }
    const problems = await checkFolder(folder, NOW, []);
    expect(problems.length).toBeGreaterThan(10);
    // As it is written, it needs no port of ours.
    expect(findFolderNotes(folder)).toEqual([]);
    expect(problems.filter((problem) => !/^qinghai\/[\w./-]+:\d+: FILL IN: \S/.test(problem))).toEqual([]);
  });

  it('finds nothing wrong with the example that the walk-through is made of', async () => {
    const document = readFileSync(join(import.meta.dirname, '../../../docs/connect-a-province.md'), 'utf8');
    const [mapping = '', standIn = '', contract = '', exchanges = ''] = [...document.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text);
    const folder = join(root, 'qinghai');
    cpSync(join(PROVINCES, 'jilin'), folder, { recursive: true });
    writeFileSync(join(folder, 'mapping.yaml'), mapping);
    writeFileSync(join(folder, 'fixtures/stand-in.yaml'), standIn);
    writeFileSync(join(folder, 'fixtures/contract.yaml'), contract);
    writeFileSync(join(folder, 'fixtures/exchanges.yaml'), exchanges);
    expect(await checkFolder(folder, NOW, [])).toEqual([]);
  });

  it('names what is missing, in every file at once', async () => {
    const folder = join(root, 'jilin');
    mkdirSync(join(folder, 'fixtures'), { recursive: true });
    writeFileSync(join(folder, 'mapping.yaml'), readFileSync(join(PROVINCES, 'jilin/mapping.yaml'), 'utf8').replace('timeZone:', 'timezone:'));
    writeFileSync(join(folder, 'fixtures/contract.yaml'), 'values: { a: green }\n');
    const problems = await checkFolder(folder, NOW, []);
    for (const place of ['jilin/mapping.yaml:6: timezone: ', 'jilin/fixtures/contract.yaml:1: values.a: ', 'jilin/fixtures/contract.yaml:1: neverIssued: ', 'jilin/fixtures/stand-in.yaml:1: (whole file): ']) {
      expect(problems.filter((problem) => problem.startsWith(place)), place).toHaveLength(1);
    }
  });

  it.each([
    ['a place that nothing fills', "'{status}'", "'{stauts}'", 'answers.byCode: '],
    ['a time that is none', 'changedAt:yyyy-MM-dd', 'changedAt:MM-dd', 'answers.byCode: '],
    ['a code that the mapping does not take', 'length: 32', 'length: 31', 'codes: '],
    ['a word of another colour', "'01': yellow", "'01': red", 'colours.01: '],
    ['a person of no colour', '[green, green, yellow', '[grey, green, yellow', 'people.#1: '],
  ])('names in the stand-in %s', async (_what, from, to, expected) => {
    const folder = join(root, 'jilin');
    cpSync(join(PROVINCES, 'jilin'), folder, { recursive: true });
    const standIn = readFileSync(join(folder, 'fixtures/stand-in.yaml'), 'utf8');
    expect(standIn).toContain(from);
    writeFileSync(join(folder, 'fixtures/stand-in.yaml'), standIn.replace(from, to));
    expect((await checkFolder(folder, NOW, [])).filter((problem) => /^jilin\/fixtures\/stand-in\.yaml:\d+: /.test(problem) && problem.includes(`: ${expected}`))).toHaveLength(1);
    expect(await checkFolder(folder, NOW, [])).toHaveLength(1);
  });

  const changed = async (...changes: readonly (readonly [file: string, from: string, to: string])[]): Promise<readonly string[]> => {
    const folder = join(root, 'shaanxi');
    cpSync(join(PROVINCES, 'shaanxi'), folder, { recursive: true });
    for (const [file, from, to] of changes) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect(text).toContain(from);
      writeFileSync(join(folder, file), text.replace(from, to));
    }
    return checkFolder(folder, NOW, NEIGHBOURS);
  };

  it.each([
    ['a pointer that leads nowhere', 'at: /data/healthCode, type: integer }', 'at: /data/healthCod, type: integer }', /^shaanxi\/mapping\.yaml:46: fields\.status\.at: .*did you mean \/data\/healthCode\?/],
    ['an optional field that no answer has', 'maskedName: { at: /data/name, mask: true }', 'maskedName: { at: /data/nam, mask: true, optional: true }', /^shaanxi\/mapping\.yaml:\d+: fields\.maskedName\.at: /],
    ['another type', 'healthCode, type: integer', 'healthCode, type: string', /^shaanxi\/mapping\.yaml:46: fields\.status\.at: /],
    ['another way to write a time', 'format: epoch-milliseconds', 'format: iso-8601', /^shaanxi\/mapping\.yaml:\d+: fields\.since\.at: /],
    ['another result', "success: ['0']", "success: ['200']", /^shaanxi\/mapping\.yaml:\d+: http\.answer\.result: .*LOCAL_ANSWER_INVALID/],
    ['a result that is not where it is said to be', 'at: /ret', 'at: /code', /^shaanxi\/mapping\.yaml:\d+: http\.answer\.result: .*it has no \/code/],
    ['a number that names nobody', 'maskedName: {', 'identityNumber: { at: /data/name }\n  maskedName: {', /^shaanxi\/mapping\.yaml:\d+: fields\.identityNumber: /],
    ['a test that is not where it is said to be', 'at: /data/sampledAt', 'at: /data/sampleAt', /^shaanxi\/mapping\.yaml:\d+: tests\.fields\.sampledAt\.at: .*did you mean \/data\/sampledAt\?/],
  ])('runs the golden answers through the mapping, and names %s', async (_what, from, to, expected) => {
    expect(await changed(['mapping.yaml', from, to])).toContainEqual(expect.stringMatching(expected));
  });

  it.each([
    ['errors in another form', "ret: '{errorCode:integer}'", "ret: '{errorCode}'", /stand-in\.yaml:\d+: answers\.error: /],
    ['an error that means something else', "notIssued: '101'", "notIssued: '102'", /stand-in\.yaml:\d+: outcomes\.notIssued: .*LOCAL_CODE_EXPIRED/],
    ['no error for a code that has run out', " expired: '102',", '', /stand-in\.yaml:\d+: outcomes: expired/],
    ['a value that nobody has', "  - '6'\n", "  - '3'\n", /stand-in\.yaml:\d+: people: .* 6/],
  ])('names in the stand-in %s', async (_what, from, to, expected) => {
    expect(await changed(['fixtures/stand-in.yaml', from, to])).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ['a value that the mapping has not', 'values: {', "values: { '33': '00',", /contract\.yaml:3: values\.33: /],
    ['an unlisted value that is listed', "['9',", "['4',", /contract\.yaml:5: unlistedValues\.#1: /],
    ['an error that the mapping has not', "'500': LOCAL_ANSWER_INVALID", "'500': LOCAL_SYSTEM_BUSY", /contract\.yaml:10: errorCodes\.500: /],
    ['an error that means something else', "'103': LOCAL_PERMISSION_DENIED", "'103': LOCAL_SYSTEM_BUSY", /contract\.yaml:9: errorCodes\.103: /],
  ])('names in the contract %s', async (_what, from, to, expected) => {
    expect(await changed(['fixtures/contract.yaml', from, to])).toEqual([expect.stringMatching(expected)]);
  });

  it('names both places of a value that means two things, and what only the mapping has', async () => {
    expect(await changed(['fixtures/contract.yaml', "'4': '01', '5': '10'", "'4': '10', '5': '10'"])).toEqual(expect.arrayContaining([
      expect.stringMatching(/contract\.yaml:3: values\.4: means '10' here and '01' in mapping\.yaml/),
      expect.stringMatching(/mapping\.yaml:\d+: values\.4: means '01' here and '10' in fixtures\/contract\.yaml/),
    ]));
    expect(await changed(['fixtures/contract.yaml', ", '6': no-such-person", ''], ['fixtures/contract.yaml', "  '103': LOCAL_PERMISSION_DENIED\n", ''])).toEqual(expect.arrayContaining([
      expect.stringMatching(/mapping\.yaml:\d+: values\.6: /),
      expect.stringMatching(/mapping\.yaml:\d+: http\.answer\.result\.errors\.103: /),
    ]));
  });

  it('runs the rows of files through the mapping too', async () => {
    writeFilesProvince(root, { slug: 'qinghai', code: findFolderProvince('qinghai').code });
    const folder = filesProvinceFolder(root, 'qinghai');
    expect(await checkFolder(folder, NOW, [])).toEqual([]);
    const mapping = readFileSync(join(folder, 'mapping.yaml'), 'utf8');
    writeFileSync(join(folder, 'mapping.yaml'), mapping.replace('codeAt: /serial', 'codeAt: /until').replace('type: integer, format: epoch-seconds', 'type: integer, format: iso-8601').replace('at: /number', 'at: /name'));
    const found = (await checkFolder(folder, NOW, [])).join('\n');
    for (const field of ['files.codeAt', 'files.codeExpires', 'fields.identityNumber']) expect(found).toMatch(new RegExp(`^qinghai/mapping\\.yaml:\\d+: ${field}: `, 'm'));
  });

  it('names the line of a recogniser that another province’s codes fit, and both provinces', async () => {
    const found = await changed(['mapping.yaml', 'https://standin-shaanxi.example.org/', 'https://standin-qinghai.example.org/']);
    expect(found).toContainEqual(expect.stringMatching(/^shaanxi\/mapping\.yaml:13: codes\.recognise\.#1: Shaanxi .* Qinghai \(qinghai\)/));
    expect(await changed()).toEqual([]);
  });

  it('says in words of its own what fixtures lack, with an example', async () => {
    const found = await changed(['fixtures/stand-in.yaml', "  - '3'\n  - '3'\n  - '3'\n  - '5'\n  - '3'\n  - '3'\n  - '3'\n", ''], ['fixtures/exchanges.yaml', "at: '2022-04-15T10:00:00+08:00'", 'at: 2022-04-15']);
    expect(found).toContainEqual(expect.stringMatching(/stand-in\.yaml:\d+: people: must have at least 20 entries; here are 17$/));
    expect(found).toContainEqual(expect.stringMatching(/exchanges\.yaml:\d+: #1\.at: .* such as 2022-04-15T10:00:00\+08:00/));
  });

  it('knows that nobody who is asked about by document has a code, or its times', async () => {
    const times = await changed(['fixtures/stand-in.yaml', '{changedAt:epoch-milliseconds}', '{issuedAt:epoch-milliseconds}']);
    expect(times).toEqual([expect.stringMatching(/mapping\.yaml:\d+: fields\.since\.at: answers\.byPerson /)]);
  });

  it('says once what is wrong in many exchanges and with many people', async () => {
    expect(await changed(['mapping.yaml', 'healthCode, type: integer', 'healthCod, type: integer'])).toEqual([
      expect.stringMatching(/^shaanxi\/mapping\.yaml:46: fields\.status\.at: /),
      expect.stringMatching(/exchanges\.yaml:\d+: #1\.record: .* \(and 6 more\)$/),
    ]);
  });

  it('plays the recorded exchanges, and names what did not come of them and what was not asked so', async () => {
    const found = await changed(['fixtures/exchanges.yaml', "status: '00'", "status: '01'"], ['fixtures/exchanges.yaml', 'x-gate-place: ', 'x-gate-plaza: ']);
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/exchanges\.yaml:\d+: #1\.record\.status: is "00"/), expect.stringMatching(/exchanges\.yaml:\d+: #1\.exchanges\.#1\.request\.headers\.x-gate-plaza: is missing/)]));
    expect(await changed(['mapping.yaml', 'at: /data/time', 'at: /data/tim'])).toContainEqual(expect.stringMatching(/exchanges\.yaml:\d+: #1\.record: is refused with LOCAL_ANSWER_INVALID: the local answer has no \/data\/tim\b/));
  });

  it('takes no other folder for a province', async () => {
    expect(await checkFolder(join(root, 'nowhere'), NOW, [])).toHaveLength(1);
    mkdirSync(join(root, 'atlantis'));
    writeFileSync(join(root, 'atlantis/mapping.yaml'), 'format: 1\n');
    expect((await checkFolder(join(root, 'atlantis'), NOW, []))[0]).toContain('atlantis');
  });
});
