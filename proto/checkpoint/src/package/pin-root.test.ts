import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askForRoot, findPinnedRoot, pinRoot } from './pin-root.js';

let folder: string;
let asked: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'health-code-root-'));
  asked = 0;
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ask = (root: string): Promise<string> =>
  askForRoot(folder, () => {
    asked += 1;
    return Promise.resolve({ root: Buffer.from(root) });
  }).then((pinned) => Buffer.from(pinned).toString(), (error: unknown) => String((error as { readonly code?: unknown }).code));

it('asks once, and pins what it was told', async () => {
  expect(await findPinnedRoot(folder)).toBeUndefined();
  expect([await ask('first'), await ask('second'), asked]).toEqual(['first', 'first', 1]);
  expect(Buffer.from(await pinRoot(folder, Buffer.from('third'))).toString()).toBe('first');
});

it('pins nothing where the hub has none', async () => {
  expect(await ask('')).toBe('CONFIG_INVALID');
  expect(await findPinnedRoot(folder)).toBeUndefined();
});

it('asks nobody for another where the one that was pinned cannot be read', async () => {
  // What root may read whatever its mode: a folder in the file's place cannot be read by anybody.
  mkdirSync(join(folder, 'package-root.json'));
  expect([await ask('other'), asked]).toEqual(['CONFIG_INVALID', 0]);
});
