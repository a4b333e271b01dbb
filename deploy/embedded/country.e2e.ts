import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAddresses } from './addresses.js';
import { checkoutDirectory } from './checkout.js';
import { superviseCountry, type Country, type CountrySupervisor } from './country.js';
import { openDataDirectory } from './data-directory.js';
import type { DeploymentError } from './errors.js';
import { isRoot } from './postgres-binaries.js';
import { clusterDirectory } from './postgres.js';
import { ALL_PROVINCES, DEFAULT_PROVINCES } from './province-seat.js';

const GUIZHOU = DEFAULT_PROVINCES.filter(({ slug }) => slug === 'guizhou');
const LONGEST_STOP_MS = 10_000;

const isHealthy = async (address: string | undefined): Promise<boolean> => {
  try {
    return (await fetch(`http://${address ?? ''}/health/ready`)).ok;
  } catch {
    return false;
  }
};

describe('a country of one province', () => {
  const dataPath = mkdtempSync(join(tmpdir(), 'health-code-country-'));
  const ended: DeploymentError[] = [];
  let supervisor: CountrySupervisor;
  let country: Country;

  beforeAll(async () => {
    for (const entry of ['hub/dist/main.js', 'province-adapter/dist/main.js', 'province-adapter/dist/local-system-main.js', 'province-adapter/dist/probes-main.js']) {
      if (!existsSync(join(checkoutDirectory(), entry))) throw new Error(`${entry} is missing: run \`npm run build\` first`);
    }
    const environment = { PATH: process.env['PATH'] };
    supervisor = superviseCountry({ dataPath, provinces: GUIZHOU, environment, announce: () => undefined, onEnded: (failure) => ended.push(failure) });
    country = await supervisor.start();
  });

  afterAll(async () => {
    await supervisor.stop();
    for (const path of [dataPath, ...(isRoot() ? [dirname(clusterDirectory(dataPath))] : [])]) rmSync(path, { recursive: true, force: true });
  });

  it('publishes where its parts listen', () => {
    expect(readAddresses(dataPath)).toEqual(country.addresses);
    expect(Object.keys(country.addresses.adapters)).toEqual(['guizhou']);
  });

  it('keeps its secrets to itself', () => {
    const names = readdirSync(join(dataPath, 'secrets'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => (statSync(name).mode & 0o077) !== 0)).toEqual([]);
  });

  it('refuses a second supervisor of the same data', async () => {
    await expect(openDataDirectory(dataPath)).rejects.toMatchObject({ code: 'DIRECTORY_IN_USE' });
  });

  it.each(['postgres', 'nats', 'hub', 'local-system-guizhou', 'adapter-guizhou', 'checkpoints'])('is well again at the same addresses after %s was killed and started', async (name) => {
    await country.kill(name);
    await country.restart(name);
    for (const address of [country.addresses.hub.http, country.addresses.adapters['guizhou']]) {
      await expect.poll(() => isHealthy(address), { timeout: 20_000, interval: 100 }).toBe(true);
    }
  });

  it('says so when a process ends that nobody asked to end, and starts nothing by itself', async () => {
    const { pid } = JSON.parse(readFileSync(join(dataPath, 'ready', 'adapter-guizhou.json'), 'utf8')) as { pid: number };
    expect(ended).toEqual([]);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => ended.map(({ code, message }) => [code, message.split(' ')[0]])).toEqual([['CHILD_ENDED', 'adapter-guizhou']]);
    expect(await isHealthy(country.addresses.adapters['guizhou'])).toBe(false);
    await country.restart('adapter-guizhou');
  });

  it('stops in time and takes its addresses back', async () => {
    const begun = Date.now();
    await supervisor.stop();
    expect(Date.now() - begun).toBeLessThan(LONGEST_STOP_MS);
    expect(readAddresses(dataPath)).toBeUndefined();
    expect(await isHealthy(country.addresses.hub.http)).toBe(false);
  });
});

describe('a country whose provinces share a process', () => {
  const dataPath = mkdtempSync(join(tmpdir(), 'health-code-shared-'));
  const provinces = ALL_PROVINCES.filter(({ slug }) => ['anhui', 'beijing', 'guizhou'].includes(slug));
  const ended: DeploymentError[] = [];
  const progress: number[] = [];
  let supervisor: CountrySupervisor;
  let country: Country;

  beforeAll(async () => {
    mkdirSync(join(dataPath, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(dataPath, 'secrets', 'province-keys-340000.json'), 'no keys', { mode: 0o600 });
    supervisor = superviseCountry({
      dataPath,
      provinces,
      environment: { PATH: process.env['PATH'] },
      announce: () => undefined,
      onEnded: (failure) => ended.push(failure),
      sharedProcesses: 1,
      onProgress: (up) => progress.push(up),
    });
    country = await supervisor.start();
  });

  afterAll(async () => {
    await supervisor.stop();
    for (const path of [dataPath, ...(isRoot() ? [dirname(clusterDirectory(dataPath))] : [])]) rmSync(path, { recursive: true, force: true });
  });

  it('is told which province could not be started, and has the others', async () => {
    expect(ended.map(({ code, message }) => [code, message.split(' ')[0]])).toEqual([['CHILD_NOT_READY', 'adapter-anhui']]);
    expect(await Promise.all(['anhui', 'beijing', 'guizhou'].map((slug) => isHealthy(country.addresses.adapters[slug])))).toEqual([false, true, true]);
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('knows which process hosts whom', () => {
    const hosted = country.processes().map(({ name, services }) => [name, services.length]);
    expect(hosted).toEqual([['postgres', 1], ['nats', 1], ['hub', 1], ['local-systems-1', 3], ['adapters-1', 3], ['checkpoints', 1]]);
  });

  it('says of a process that ends which provinces went with it', async () => {
    const { pid } = country.processes().find(({ name }) => name === 'adapters-1')!;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => ended.at(-1)?.code).toBe('CHILD_ENDED');
    expect(ended.at(-1)?.message).toMatch(/^adapters-1 .*adapter-beijing.*adapter-guizhou/);
    await country.restart('adapters-1');
    expect(await isHealthy(country.addresses.adapters['guizhou'])).toBe(true);
  });
});
