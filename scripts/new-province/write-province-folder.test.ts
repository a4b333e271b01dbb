import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provinceFolder, writeProvinceFolder } from './write-province-folder.js';

const CHECKOUT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything the compiler holds against the files, as the workspace would be compiled. */
function compile(checkout: string, files: readonly string[]): readonly string[] {
  const base = ts.readConfigFile(join(CHECKOUT, 'tsconfig.base.json'), (path) => readFileSync(path, 'utf8')).config as {
    compilerOptions: object;
  };
  const once = { composite: false, declaration: false, declarationMap: false, noEmit: true, lib: ['es2023', 'dom'] };
  const paths = { '@health-code/attestation': [join(CHECKOUT, 'proto/attestation/src/index.ts')] };
  const { options } = ts.convertCompilerOptionsFromJson({ ...base.compilerOptions, ...once, paths }, checkout);
  const program = ts.createProgram(
    files.filter((file) => file.endsWith('.ts')).map((file) => join(checkout, file)),
    options,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      (diagnostic) =>
        `${diagnostic.file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`,
    );
}

describe('writeProvinceFolder', () => {
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'new-province-'));
    symlinkSync(join(CHECKOUT, 'node_modules'), join(checkout, 'node_modules'));
    mkdirSync(join(checkout, 'scripts'));
    cpSync(join(CHECKOUT, 'scripts/new-province'), join(checkout, 'scripts/new-province'), { recursive: true });
    cpSync(join(CHECKOUT, 'province-adapter/src'), join(checkout, 'province-adapter/src'), { recursive: true });
    cpSync(join(CHECKOUT, 'province-adapter/package.json'), join(checkout, 'package.json'));
  });
  afterEach(() => {
    rmSync(checkout, { recursive: true, force: true });
  });

  it('writes a folder in TypeScript that compiles', { timeout: 60_000 }, () => {
    const { folder, files } = writeProvinceFolder(checkout, 'qinghai', '630000', 'typescript');
    expect(files.map((file) => file.slice(folder.length + 1)).sort()).toEqual([
      'README.md', 'contract.fixture.ts', 'local-system.ts', 'people.ts', 'profile.ts', 'province.ts', 'source.ts', 'translate.ts',
    ]);
    for (const file of files) expect(readFileSync(join(checkout, file), 'utf8')).not.toMatch(/\{\{|\}\}[a-z]/);
    expect(compile(checkout, files)).toEqual([]);
  });

  it('writes a mapping folder without code', () => {
    const { folder, files } = writeProvinceFolder(checkout, 'qinghai', '630000', 'mapping');
    expect(files.map((file) => file.slice(folder.length + 1)).sort()).toEqual([
      'README.md', 'fixtures/contract.yaml', 'fixtures/exchanges.yaml', 'fixtures/stand-in.yaml', 'mapping.yaml',
    ]);
    for (const file of files) expect(readFileSync(join(checkout, file), 'utf8')).not.toMatch(/\{\{|\}\}[a-z]/);
  });

  it.each(['mapping', 'typescript'] as const)('says what is to be filled in (%s)', (form) => {
    const { fillIns } = writeProvinceFolder(checkout, 'qinghai', '630000', form);
    expect(fillIns.length).toBeGreaterThan(10);
    expect(fillIns.every((line) => /^province-adapter\/src\/provinces\/qinghai\/[\w./-]+:\d+ \S/.test(line))).toBe(true);
  });

  it('changes nothing outside the folder', () => {
    const provinces = join(checkout, 'province-adapter/src/provinces');
    const before = readdirSync(provinces, { encoding: 'utf8', recursive: true });
    const registry = readFileSync(join(provinces, 'registry.ts'), 'utf8');
    writeProvinceFolder(checkout, 'qinghai', '630000', 'mapping');
    expect(readdirSync(provinces, { encoding: 'utf8', recursive: true }).filter((file) => !file.startsWith('qinghai'))).toEqual(before);
    expect(readFileSync(join(provinces, 'registry.ts'), 'utf8')).toBe(registry);
  });

  it.each([
    ['qinghai', '63', 'PROVINCE_UNKNOWN'],
    ['qinghai', '990000', 'PROVINCE_UNKNOWN'],
    ['qinghai', '630100', 'PROVINCE_UNKNOWN'],
    ['xining', '630000', 'PROVINCE_UNKNOWN'],
    ['../qinghai', '630000', 'PROVINCE_UNKNOWN'],
    ['Qinghai', '630000', 'PROVINCE_UNKNOWN'],
    ['hong-kong', '810000', 'PROVINCE_UNKNOWN'],
    ['beijing', '110000', 'PROVINCE_EXISTS'],
    ['jilin', '220000', 'PROVINCE_EXISTS'],
  ] as const)('refuses %s %s with %s and writes nothing', (slug, code, expected) => {
    expect(() => writeProvinceFolder(checkout, slug, code, 'mapping')).toThrow(expect.objectContaining({ code: expected }) as Error);
    expect(existsSync(join(checkout, 'province-adapter/src/provinces/qinghai'))).toBe(false);
  });

  it('refuses a province that is there, the second time', () => {
    writeProvinceFolder(checkout, 'qinghai', '630000', 'mapping');
    expect(() => writeProvinceFolder(checkout, 'qinghai', '630000', 'typescript')).toThrow(expect.objectContaining({ code: 'PROVINCE_EXISTS' }) as Error);
  });

  it('checks no folder of what is no province', () => {
    expect(() => provinceFolder('../..')).toThrow(expect.objectContaining({ code: 'PROVINCE_UNKNOWN' }) as Error);
  });
});
