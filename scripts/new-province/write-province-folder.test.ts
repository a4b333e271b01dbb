import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeProvinceFolder } from './write-province-folder.js';

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

  const registry = (): string => readFileSync(join(checkout, 'province-adapter/src/provinces/registry.ts'), 'utf8');

  it.each([
    ['zhejiang', '330000', 'convert'],
    ['tibet', '540000', 'direct'],
  ] as const)('writes %s (%s, %s) so that it compiles, registry included', { timeout: 60_000 }, (slug, code, mode) => {
    const { folder, files } = writeProvinceFolder(checkout, slug, code, mode);
    expect(files.map((file) => file.slice(folder.length + 1)).sort()).toEqual([
      'README.md',
      'contract.fixture.ts',
      'local-system.ts',
      'people.ts',
      'profile.ts',
      'province.ts',
      'source.ts',
      'translate.ts',
    ]);
    for (const file of files) expect(readFileSync(join(checkout, file), 'utf8')).not.toMatch(/\{\{|\}\}[a-z]/);
    expect(compile(checkout, [...files, 'province-adapter/src/provinces/registry.ts'])).toEqual([]);
  });

  it('says what is to be filled in, and that direct mode needs nothing', () => {
    const { fillIns } = writeProvinceFolder(checkout, 'zhejiang', '330000', 'convert');
    expect(fillIns.length).toBeGreaterThan(10);
    expect(fillIns.every((line) => /^province-adapter\/src\/provinces\/zhejiang\/[\w.-]+:\d+ \S/.test(line))).toBe(
      true,
    );
    expect(writeProvinceFolder(checkout, 'tibet', '540000', 'direct').fillIns).toEqual([]);
  });

  it('adds one line to the registry and keeps the others', () => {
    const before = registry().split('\n');
    writeProvinceFolder(checkout, 'zhejiang', '330000', 'convert');
    const after = registry().split('\n');
    expect(after.filter((line) => !before.includes(line))).toEqual([expect.stringContaining(`folder('zhejiang',`)]);
    expect(before.filter((line) => !after.includes(line))).toEqual([]);
  });

  it.each([
    ['zhejiang', '33', 'PROVINCE_UNKNOWN'],
    ['zhejiang', '990000', 'PROVINCE_UNKNOWN'],
    ['zhejiang', '330100', 'PROVINCE_UNKNOWN'],
    ['hangzhou', '330000', 'PROVINCE_UNKNOWN'],
    ['../zhejiang', '330000', 'PROVINCE_UNKNOWN'],
    ['Zhejiang', '330000', 'PROVINCE_UNKNOWN'],
    ['guizhou', '520000', 'PROVINCE_EXISTS'],
  ] as const)('refuses %s %s with %s and writes nothing', (slug, code, expected) => {
    const before = registry();
    expect(() => writeProvinceFolder(checkout, slug, code, 'convert')).toThrow(
      expect.objectContaining({ code: expected }) as Error,
    );
    expect(registry()).toBe(before);
    expect(existsSync(join(checkout, 'province-adapter/src/provinces/zhejiang'))).toBe(false);
  });

  it('refuses a province that is there, the second time', () => {
    writeProvinceFolder(checkout, 'zhejiang', '330000', 'convert');
    expect(() => writeProvinceFolder(checkout, 'zhejiang', '330000', 'convert')).toThrow(
      expect.objectContaining({ code: 'PROVINCE_EXISTS' }) as Error,
    );
  });
});
