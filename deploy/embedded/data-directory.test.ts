import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startChild } from './child.js';
import { findSupervisor, openDataDirectory } from './data-directory.js';
import { findProcess, isProcessRunning, type ProcessIdentity } from './running-process.js';

const listen = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });

describe('openDataDirectory', () => {
  const made: string[] = [];
  const makePath = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'health-code-data-'));
    made.push(path);
    return path;
  };
  afterEach(() => {
    for (const path of made.splice(0)) rmSync(path, { recursive: true });
  });

  it('refuses a directory that a running supervisor has, until that releases it', async () => {
    const path = makePath();
    const first = await openDataDirectory(path);
    expect(findSupervisor(path)?.pid).toBe(process.pid);
    await expect(openDataDirectory(path)).rejects.toMatchObject({ code: 'DIRECTORY_IN_USE' });
    first.release();
    (await openDataDirectory(path)).release();
  });

  it('ends what a killed supervisor left running', async () => {
    const path = makePath();
    const left = spawn('sleep', ['60'], { stdio: 'ignore' });
    const identity = findProcess(left.pid ?? 0) as ProcessIdentity;
    const children = [{ ...identity, name: 'hub', stopSignal: 'SIGTERM' }];
    writeFileSync(join(path, 'running.json'), JSON.stringify({ supervisor: { pid: 1, started: 'another time' }, children }));
    (await openDataDirectory(path)).release();
    expect(isProcessRunning(identity)).toBe(false);
  });

  it('leaves alone a process that only has the number of a child', async () => {
    const path = makePath();
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    const children = [{ pid: other.pid, started: 'another time', name: 'hub', stopSignal: 'SIGTERM' }];
    writeFileSync(join(path, 'running.json'), JSON.stringify({ supervisor: { pid: 1, started: 'another time' }, children }));
    (await openDataDirectory(path)).release();
    expect(findProcess(other.pid ?? 0)?.pid).toBe(other.pid);
    other.kill('SIGKILL');
  });

  it('makes a secret once, readable by its owner only', async () => {
    const data = await openDataDirectory(makePath());
    const file = data.secretFile('token');
    const secret = readFileSync(file, 'utf8');
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(data.secretFile('token'), 'utf8')).toBe(secret);
    data.release();
  });

  it('finds a port again, and gives another when it is taken meanwhile', async () => {
    const data = await openDataDirectory(makePath());
    const port = await data.port('hub');
    expect(await data.port('hub')).toBe(port);
    expect(await data.port('nats', [port])).not.toBe(port);
    const taken = await listen(port);
    expect(await data.port('hub')).not.toBe(port);
    taken.close();
    data.release();
  });
});

describe('startChild', () => {
  const directory = mkdtempSync(join(tmpdir(), 'health-code-child-'));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const start = (script: string) =>
    startChild({ name: 'sample', command: process.execPath, args: ['-e', script], env: {}, cwd: directory, logFile: join(directory, 'logs', 'sample.log') });

  it('tells how a process ended and what it said last', async () => {
    const child = start('console.log("last words"); process.exit(3)');
    expect(await child.exited).toEqual({ code: 3 });
    expect(child.logTail()).toBe('last words');
  });

  it('kills a process that does not end when asked to', async () => {
    const child = start('process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000); console.log("up")');
    await expect.poll(() => child.logTail()).toContain('up');
    await child.stop(100);
    expect(await child.exited).toEqual({ signal: 'SIGKILL' });
  });

  it('reports a program that does not exist', async () => {
    const child = startChild({ name: 'absent', command: '/no/such/program', args: [], env: {}, cwd: directory, logFile: join(directory, 'absent.log') });
    expect(await child.exited).toMatchObject({ error: { code: 'ENOENT' } });
  });
});
