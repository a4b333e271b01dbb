import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeploymentError } from '../../deploy/embedded/errors.js';
import { CommandError, CommandLineError } from '../access/command-error.js';
import { parseCommandLine } from '../access/command-line.js';
import { OPERATOR_COMMANDS, SHARED_OPTIONS } from './commands.js';
import { carryOutPackageRoot } from './package-root.js';

const NOW = 1_800_000_000;
let folder: string;

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'health-code-root-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const at = (...names: readonly string[]): string => names.map((name) => join(folder, name)).join(',');

function run(...args: readonly string[]): unknown {
  const given = parseCommandLine(OPERATOR_COMMANDS, SHARED_OPTIONS, ['package-root', ...args, '--folder', at('roots')]);
  if (given === 'help') throw new Error('help');
  return carryOutPackageRoot(given.options, NOW).json;
}

function refusal(...args: readonly string[]): string {
  try {
    run(...args);
  } catch (error) {
    if (error instanceof DeploymentError) return error.code;
    if (error instanceof CommandError || error instanceof CommandLineError) return error.name;
    throw error;
  }
  return 'accepted';
}

const make = (): unknown => run('make', '--root-key', at('a.pem', 'b.pem', 'c.pem'), '--online-key', at('hub.pem'));

describe('package-root', () => {
  it('makes the first root and its keys, which nobody else can read; most of them have to sign', () => {
    expect(make()).toMatchObject({ version: 1, threshold: 2, isForDevelopment: false, expiresAt: new Date((NOW + 365 * 86_400) * 1000).toISOString() });
    expect(['a.pem', 'b.pem', 'c.pem', 'hub.pem'].map((name) => statSync(at(name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600, 0o600]);
  });

  it('lets no second first root take the place of one that devices have pinned', () => {
    make();
    const before = readFileSync(join(folder, 'roots', '1.root.json'));
    expect(refusal('make', '--root-key', at('a.pem'), '--online-key', at('hub.pem'))).toBe('CommandError');
    expect(readFileSync(join(folder, 'roots', '1.root.json')).equals(before)).toBe(true);
  });

  it('lets another root follow by the keys of both, and again by the new ones', () => {
    make();
    expect(run('rotate', '--root-key', at('a.pem', 'c.pem'), '--new-root-key', at('d.pem', 'e.pem'))).toMatchObject({ version: 2, threshold: 2 });
    expect(run('rotate', '--root-key', at('d.pem', 'e.pem'), '--online-key', at('hub-2.pem'), '--days', '30')).toMatchObject({ version: 3, expiresAt: new Date((NOW + 30 * 86_400) * 1000).toISOString() });
    expect(run('show')).toMatchObject([{ version: 1 }, { version: 2 }, { version: 3 }]);
  });

  it('writes nothing where too few of the former keys sign, or strangers do', () => {
    make();
    expect(refusal('rotate', '--root-key', at('a.pem'), '--new-root-key', at('d.pem', 'e.pem'))).toBe('PACKAGE_ROOT_INVALID');
    expect(refusal('rotate', '--root-key', at('d.pem'), '--new-root-key', at('e.pem', 'f.pem'))).toBe('PACKAGE_ROOT_INVALID');
    expect(existsSync(join(folder, 'roots', '2.root.json'))).toBe(false);
  });

  it('lets fewer keys do than before only where that is said', () => {
    make();
    const signed = ['rotate', '--root-key', at('a.pem', 'b.pem'), '--new-root-key', at('d.pem')] as const;
    expect(refusal(...signed)).toBe('CommandLineError');
    expect(existsSync(at('d.pem'))).toBe(false);
    expect(run(...signed, '--threshold', '1')).toMatchObject({ version: 2, threshold: 1 });
  });

  it('refuses what it does not understand', () => {
    expect([refusal('dance'), refusal('make'), refusal('rotate'), refusal('rotate', '--days', 'x')]).toEqual(['CommandLineError', 'CommandLineError', 'CommandError', 'CommandError']);
  });
});
