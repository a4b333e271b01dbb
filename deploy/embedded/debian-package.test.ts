import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NATS_SERVER, findProgram } from './debian-package.js';

describe('findProgram', () => {
  const directory = mkdtempSync(join(tmpdir(), 'health-code-program-'));
  const place = (folder: string): string => {
    mkdirSync(join(directory, folder), { recursive: true });
    writeFileSync(join(directory, folder, 'nats-server'), '');
    chmodSync(join(directory, folder, 'nats-server'), 0o755);
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

  it('says what to install where there is no apt', async () => {
    await expect(findProgram(NATS_SERVER, { cache: join(directory, 'empty'), path: [], announce })).rejects.toMatchObject({ code: 'PACKAGE_UNAVAILABLE' });
  });
});
