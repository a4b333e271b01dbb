import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFreePort, releasePort } from './free-port.js';
import { findProcess } from './running-process.js';

const claimFile = (port: number): string => join(tmpdir(), 'health-code-recognition-ports', String(port));

describe('findFreePort', () => {
  it('prefers what it is told to prefer, unless somebody listens there', async () => {
    const port = await findFreePort();
    expect(await findFreePort([port])).toBe(port);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const other = await findFreePort([port]);
    expect(other).not.toBe(port);
    server.close();
    [port, other].forEach(releasePort);
  });

  it('leaves a port to another running process that is about to use it', async () => {
    const port = await findFreePort();
    releasePort(port);
    const other = spawn('sleep', ['60']);
    await once(other, 'spawn');
    writeFileSync(claimFile(port), JSON.stringify(findProcess(other.pid ?? 0)));
    const given = await findFreePort([port]);
    expect(given).not.toBe(port);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(await findFreePort([port])).toBe(port);
    [port, given].forEach(releasePort);
  });
});
