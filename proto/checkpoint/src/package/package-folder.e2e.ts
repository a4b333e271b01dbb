import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PackageFolder } from './package-folder.store.js';

/** As built: these are processes of their own, that are killed or limited. */
const STORE = fileURLToPath(new URL('../../dist/package/package-folder.store.js', import.meta.url));
const ROUNDS = 12;

let folder: string;

beforeEach(() => {
  if (!existsSync(STORE)) throw new Error('the workspace is not built: run `npm run build` first');
  folder = mkdtempSync(join(tmpdir(), 'health-code-killed-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes one generation after another, each with content of its own, and says which one it finished. */
const WRITER = `
import { PackageFolder } from ${JSON.stringify(STORE)};
const [folder, from, size] = process.argv.slice(1);
const store = new PackageFolder(folder);
for (let version = Number(from); ; version += 1) {
  const bytes = Buffer.alloc(Number(size), String(version));
  const target = { sha256: '', length: bytes.length, bytes };
  try {
    await store.replace({ version, madeAt: version, targets: new Map([['a.json', target]]), lists: new Map([['u', { uri: 'u', snapshot: String(version), deltas: [] }]]) });
  } catch (error) {
    console.log(error.code);
    process.exit(1);
  }
  console.log(version);
}`;

interface Writer {
  readonly child: ChildProcess;
  readonly said: readonly string[];
  readonly ended: Promise<void>;
}

/** @param limit blocks of 1024 bytes that no file of it may exceed, as a disk that is full */
function write(from: number, size: number, limit = 'unlimited'): Writer {
  const said: string[] = [];
  const args = ['--input-type=module', '--eval', WRITER, folder, String(from), String(size)];
  const child = spawn('bash', ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (text: Buffer) => said.push(...text.toString().trim().split('\n')));
  return { child, said, ended: new Promise((resolve) => child.on('close', () => resolve())) };
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('PackageFolder', () => {
  it(`is whole after each of ${String(ROUNDS)} kills while it was written, and no older than what was finished`, async () => {
    let from = 1;
    for (let round = 0; round < ROUNDS; round += 1) {
      const { child, said, ended } = write(from, 200_000);
      await until(() => said.length >= 2);
      await new Promise((resolve) => setTimeout(resolve, (round * 7) % 23));
      child.kill('SIGKILL');
      await ended;
      const kept = await new PackageFolder(folder).read();
      const finished = Number(said.at(-1));
      expect(kept?.version).toBeGreaterThanOrEqual(finished);
      expect(kept?.version).toBeLessThanOrEqual(finished + 1);
      expect(Buffer.from(kept?.targets.get('a.json')?.bytes ?? []).equals(Buffer.alloc(200_000, String(kept?.version)))).toBe(true);
      expect(kept?.lists.get('u')?.snapshot).toBe(String(kept?.version));
      from = finished + 2;
    }
  });

  it('keeps the former generation on a full disk, says so, and takes the next one when there is room', async () => {
    await new PackageFolder(folder).replace({ version: 1, madeAt: 1, targets: new Map(), lists: new Map() });
    const full = write(2, 300_000, '64');
    await full.ended;
    expect(full.said).toEqual(['PACKAGE_STORAGE_FAILED']);
    expect(await new PackageFolder(folder).read()).toMatchObject({ version: 1 });
    const room = write(2, 300_000);
    await until(() => room.said.length > 0);
    room.child.kill('SIGKILL');
    await room.ended;
    expect((await new PackageFolder(folder).read())?.version).toBeGreaterThanOrEqual(2);
  });
});
