import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredPackage } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PackageFolder } from './package-folder.store.js';

let folder: string;

const target = (text: string) => {
  const bytes = Buffer.from(text);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), length: bytes.length, bytes };
};

const generation = (version: number, text = `content of ${String(version)}`): StoredPackage => ({
  version,
  madeAt: 1_700_000_000 + version,
  targets: new Map([['provinces.json', target(text)], ['texts.json', target('the same')]]),
  lists: new Map([['urn:cn:healthcode:status:520000', { uri: 'urn:cn:healthcode:status:520000', snapshot: `a.${String(version)}.c`, deltas: ['d.1.f', 'd.2.f'] }]]),
});

const contents = (): readonly string[] => readdirSync(join(folder, 'content'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'health-code-package-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('PackageFolder', () => {
  it('has none before the first, and gives back what was put there', async () => {
    const store = new PackageFolder(folder);
    expect(await store.read()).toBeUndefined();
    await store.replace(generation(1));
    expect(await new PackageFolder(folder).read()).toEqual(generation(1));
    await store.replace(generation(2));
    expect(await store.read()).toEqual(generation(2));
  });

  it('writes what two generations share once, and removes what none names any more, after a while', async () => {
    const store = new PackageFolder(folder);
    await store.replace(generation(1));
    const before = contents().length;
    await store.replace(generation(2));
    expect(contents()).toHaveLength(before + 2);
    for (const name of contents()) utimesSync(join(folder, 'content', name), 1, 1);
    await store.replace(generation(2));
    expect(contents()).toHaveLength(before);
    expect(await store.read()).toEqual(generation(2));
  });

  it.each(['cut off', 'of other content'])('has none where content is %s, and can be given one again', async (how) => {
    const store = new PackageFolder(folder);
    await store.replace(generation(1));
    const path = join(folder, 'content', target('content of 1').sha256);
    if (how === 'cut off') truncateSync(path, 4);
    else writeFileSync(path, 'CONTENT OF 1');
    expect(await store.read()).toBeUndefined();
    await store.replace(generation(1));
    expect(await store.read()).toEqual(generation(1));
  });

  it('has none after the folder was cleared', async () => {
    const store = new PackageFolder(folder);
    await store.replace(generation(1));
    rmSync(folder, { recursive: true });
    expect(await store.read()).toBeUndefined();
    await store.replace(generation(2));
    expect(await store.read()).toEqual(generation(2));
  });
});
