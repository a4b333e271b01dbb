import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CHROMIUM, NATS_SERVER, findProgram } from './debian-package.js';

describe('findProgram', () => {
  const directory = mkdtempSync(join(tmpdir(), 'health-code-program-'));
  const place = (folder: string, name = 'nats-server'): string => {
    mkdirSync(join(directory, folder), { recursive: true });
    writeFileSync(join(directory, folder, name), '');
    chmodSync(join(directory, folder, name), 0o755);
    return join(directory, folder);
  };
  const announced: string[] = [];
  const announce = (line: string): void => void announced.push(line);
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('takes the program of the search path first', async () => {
    const folder = place('bin');
    expect(await findProgram(NATS_SERVER, { cache: directory, path: [folder], announce })).toEqual({ path: join(folder, 'nats-server'), env: {} });
  });

  it('takes the one that was unpacked before, without any download', async () => {
    const folder = place('cache/nats-server/usr/sbin');
    expect((await findProgram(NATS_SERVER, { cache: join(directory, 'cache'), path: [], announce })).path).toBe(join(folder, 'nats-server'));
    expect(announced).toEqual([]);
  });

  it('knows a program under its other names', async () => {
    const folder = place('other', 'google-chrome');
    expect((await findProgram(CHROMIUM, { cache: directory, path: [folder], announce })).path).toBe(join(folder, 'google-chrome'));
  });

  it('runs what was unpacked with the libraries that came with it', async () => {
    const program = place('browser/chromium/usr/lib/chromium', 'chromium');
    const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu/pulseaudio', 'lib/x86_64-linux-gnu'].map((folder) => place(`browser/chromium/${folder}`, 'libsound.so.0'));
    const found = await findProgram(CHROMIUM, { cache: join(directory, 'browser'), path: [], announce });
    expect(found.path).toBe(join(program, 'chromium'));
    expect(found.env['LD_LIBRARY_PATH']?.split(':').sort()).toEqual([...libraries].sort());
  });

  it('says what to install where there is no apt', async () => {
    await expect(findProgram(NATS_SERVER, { cache: join(directory, 'empty'), path: [], announce })).rejects.toMatchObject({ code: 'PACKAGE_UNAVAILABLE' });
  });
});
