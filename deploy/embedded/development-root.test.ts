import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDataDirectory, type DataDirectory } from './data-directory.js';
import { openDevelopmentRoot } from './development-root.js';
import { makePackageKey, packageKeyId, parsePackageKey, readPackageRoot } from './package-root.js';

const DAY_MS = 86_400_000;
let data: DataDirectory;

beforeEach(async () => { data = await openDataDirectory(mkdtempSync(join(tmpdir(), 'health-code-development-root-'))); });
afterEach(() => {
  vi.useRealTimers();
  data.release();
  rmSync(data.path, { recursive: true, force: true });
});

const roots = (): readonly string[] => readdirSync(openDevelopmentRoot(data).rootDir).sort();

describe('openDevelopmentRoot', () => {
  it('makes a root of two keys, of which one signs, for the hub’s key, and says what it is for', () => {
    const { rootDir, keyFile, rootKeyFiles } = openDevelopmentRoot(data);
    const root = readPackageRoot(readFileSync(join(rootDir, '1.root.json')));
    expect(root).toMatchObject({ version: 1, threshold: 1, isForDevelopment: true });
    const ids = rootKeyFiles.map((file) => packageKeyId(parsePackageKey(readFileSync(file))));
    expect([root.rootKeys.map(packageKeyId), packageKeyId(root.onlineKey)]).toEqual([ids, packageKeyId(parsePackageKey(readFileSync(keyFile)))]);
    expect([keyFile, ...rootKeyFiles].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
  });

  it('keeps it, lets another follow when two thirds of its time are over, or for another key of the hub', () => {
    expect([roots(), roots()]).toEqual([['1.root.json'], ['1.root.json']]);
    vi.useFakeTimers({ now: Date.now() + 250 * DAY_MS, toFake: ['Date'] });
    expect(roots()).toEqual(['1.root.json', '2.root.json']);
    data.writeSecret('package/online.pem', makePackageKey());
    const { rootDir } = openDevelopmentRoot(data);
    const [before, after] = ['2.root.json', '3.root.json'].map((name) => readFileSync(join(rootDir, name)));
    expect(readPackageRoot(after ?? Buffer.of(), before).version).toBe(3);
  });
});
