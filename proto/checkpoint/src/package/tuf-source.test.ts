import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubFiles } from './hub-files.js';
import { makeRoleKey, TestRepository } from './tuf-repository.fixture.js';
import { TufPackageSource } from './tuf-source.js';

let repository: TestRepository;
let folder: string;
let url: string;
let files: HubFiles;
let pinned: Buffer;

const LEDGER = JSON.stringify({ entries: 3, madeAt: 1_700_000_000 });
const PARTS = { 'ledger.json': LEDGER, 'provinces.json': '{"provinces":[]}' };
const DAY_MS = 86_400_000;

const source = (): TufPackageSource => new TufPackageSource({ files, folder, pinnedRoot: pinned });
const refreshed = (): Promise<string> => source().refresh().then(({ version }) => `version ${String(version)}`, (error: unknown) => (error as { code: string }).code);

beforeEach(async () => {
  repository = new TestRepository();
  pinned = repository.root();
  repository.publish(PARTS);
  folder = mkdtempSync(join(tmpdir(), 'health-code-tuf-'));
  url = await repository.start();
  files = new HubFiles({ url, authority: Buffer.alloc(0), timeoutMs: 1000 });
});

afterEach(async () => {
  files.close();
  await repository.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('TufPackageSource', () => {
  it('tells version, moment and files of what the hub publishes, and reads them by their digest', async () => {
    const one = source();
    const { version, madeAt, targets } = await one.refresh();
    expect([version, madeAt, [...targets.keys()]]).toEqual([1, 1_700_000_000, ['ledger.json', 'provinces.json']]);
    expect(Buffer.from(await one.fetchTarget('provinces.json')).toString()).toBe('{"provinces":[]}');
    expect(Math.abs((one.serverTime() ?? 0) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('asks for metadata that changed alone, and leaves nothing half done behind', async () => {
    await source().refresh();
    repository.asked.length = 0;
    await source().refresh();
    expect(repository.asked.filter((path) => path.includes('metadata'))).toEqual(['/package/metadata/2.root.json', '/package/metadata/timestamp.json']);
    expect(readdirSync(folder)).toEqual(['trust.json']);
  });

  it('does not go back to an older version, also after it was started anew', async () => {
    repository.publish(PARTS);
    expect(await refreshed()).toBe('version 2');
    repository.publish(PARTS, { targetsVersion: 1 });
    expect(await refreshed()).toBe('PACKAGE_ROLLED_BACK');
    repository.publish(PARTS, { targetsVersion: 1, timestampVersion: 9 });
    expect(await refreshed()).toBe('PACKAGE_ROLLED_BACK');
    repository.publish(PARTS);
    expect(await refreshed()).toBe('version 5');
  });

  it('refuses metadata that are past their end: a hub, or who stands before it, that freezes', async () => {
    repository.publish(PARTS, { expiresAt: Date.now() - 1000 });
    expect(await refreshed()).toBe('PACKAGE_EXPIRED');
    repository.publish(PARTS, { expiresAt: Date.now() + DAY_MS });
    expect(await refreshed()).toBe('version 3');
    vi.useFakeTimers({ now: Date.now() + 3 * DAY_MS, toFake: ['Date'] });
    try {
      expect(await refreshed()).toBe('PACKAGE_EXPIRED');
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses what an unknown root vouches for', async () => {
    repository.publish(PARTS, { signWith: makeRoleKey() });
    expect(await refreshed()).toBe('PACKAGE_SIGNATURE_INVALID');
    const other = new TestRepository();
    other.publish(PARTS);
    for (const [path, file] of other.files) repository.files.set(path, file);
    expect(await refreshed()).toBe('PACKAGE_SIGNATURE_INVALID');
  });

  it('follows the chain of roots to new keys, and keeps an accepted root where the rest fails', async () => {
    const online = makeRoleKey();
    repository.publishRoot({ rootKeys: [makeRoleKey(), makeRoleKey()], online });
    repository.publishRoot({ rootKeys: [makeRoleKey()] });
    repository.publish(PARTS, { expiresAt: Date.now() - 1000 });
    expect(await refreshed()).toBe('PACKAGE_EXPIRED');
    const { root } = JSON.parse(readFileSync(join(folder, 'trust.json'), 'utf8')) as { root: string };
    expect(JSON.parse(root)).toMatchObject({ signed: { version: 3 } });
    repository.publish(PARTS);
    expect(await refreshed()).toBe('version 3');
  });

  it('refuses a root that the former one does not vouch for', async () => {
    const thief = [makeRoleKey()];
    repository.publishRoot({ rootKeys: thief, online: makeRoleKey() }, thief);
    repository.publish(PARTS);
    expect(await refreshed()).toBe('PACKAGE_SIGNATURE_INVALID');
  });

  it.each(['/package/metadata/timestamp.json', '/package/metadata/2.snapshot.json', '/package/metadata/2.targets.json'])('tells that %s was cut off', async (path) => {
    repository.publish(PARTS);
    repository.put(path, repository.files.get(path)!.body.subarray(0, 100));
    expect(await refreshed()).toBe('PACKAGE_TRUNCATED');
  });

  it('tells a connection that breaks off from a hub that is away, and from one that lacks what it names', async () => {
    repository.meddle = (path, response) => {
      if (!path.endsWith('timestamp.json')) return false;
      response.writeHead(200, { 'content-length': 1000 }).write('{"signed":');
      setTimeout(() => response.destroy(), 20);
      return true;
    };
    expect(await refreshed()).toBe('PACKAGE_TRUNCATED');
    repository.meddle = undefined;
    repository.files.delete('/package/metadata/1.snapshot.json');
    expect(await refreshed()).toBe('PACKAGE_UNREACHABLE');
    await repository.stop();
    expect(await refreshed()).toBe('PACKAGE_UNREACHABLE');
  });

  it('waits for a hub that does not go on no longer than it was told', async () => {
    repository.meddle = () => true;
    expect(await refreshed()).toBe('PACKAGE_UNREACHABLE');
  });

  it('refuses a file that is not what was signed, longer or shorter', async () => {
    const one = source();
    const { targets } = await one.refresh();
    const path = `/package/targets/${targets.get('provinces.json')!.sha256}.provinces.json`;
    repository.put(path, '{"provinces":[');
    await expect(one.fetchTarget('provinces.json')).rejects.toMatchObject({ code: 'PACKAGE_TRUNCATED' });
    repository.put(path, '{"provinces":{}}');
    await expect(one.fetchTarget('provinces.json')).rejects.toMatchObject({ code: 'PACKAGE_SIGNATURE_INVALID' });
    repository.put(path, '{"provinces":[]} and more');
    await expect(one.fetchTarget('provinces.json')).rejects.toMatchObject({ code: 'PACKAGE_TOO_LARGE' });
    await expect(one.fetchTarget('absent.json')).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });

  it('goes back to the pinned root where what it accepted was damaged', async () => {
    await source().refresh();
    writeFileSync(join(folder, 'trust.json'), '{"root":"{');
    expect(await refreshed()).toBe('version 1');
  });

  it('begins anew by the root that was pinned anew', async () => {
    repository.publish(PARTS);
    expect(await refreshed()).toBe('version 2');
    const other = new TestRepository();
    other.publish(PARTS);
    for (const [path, file] of other.files) repository.files.set(path, file);
    expect(await refreshed()).toBe('PACKAGE_SIGNATURE_INVALID');
    pinned = other.root();
    expect(await refreshed()).toBe('version 1');
  });

  it('clears away what killed processes left, and not what one is at work on', async () => {
    for (const [name, age] of [['metadata-old', 7200], ['metadata-now', 0]] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'root.json'), '');
      utimesSync(join(folder, name), Date.now() / 1000 - age, Date.now() / 1000 - age);
    }
    writeFileSync(join(folder, 'generation.json.1.new'), '');
    utimesSync(join(folder, 'generation.json.1.new'), 1, 1);
    await source().refresh();
    expect(readdirSync(folder).sort()).toEqual(['metadata-now', 'trust.json']);
  });

  it('says that it cannot write', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    expect(await refreshed()).toBe('PACKAGE_STORAGE_FAILED');
  });

  it('reads lists, whole or what changed', async () => {
    const uri = 'urn:cn:healthcode:status:520000';
    repository.put('/status-lists/520000/0', 'a.b.c', 'application/statuslist+jwt');
    repository.put('/status-lists/520000/0?after=4', '{"deltas":["d.e.f"]}', 'application/json; charset=utf-8');
    repository.put('/status-lists/520000/0?after=1', 'a.b.c', 'application/statuslist+jwt');
    repository.put('/status-lists/520000/0?after=5', '{"deltas":[1]}', 'application/json');
    const one = source();
    expect(await one.fetchList(uri)).toBe('a.b.c');
    expect(await one.fetchDeltas(uri, 4)).toEqual({ deltas: ['d.e.f'] });
    expect(await one.fetchDeltas(uri, 1)).toEqual({ snapshot: 'a.b.c' });
    await expect(one.fetchDeltas(uri, 5)).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
    await expect(one.fetchList(`${uri}:7`)).rejects.toMatchObject({ code: 'STATUS_LIST_INVALID' });
    await expect(one.fetchList('urn:other')).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });
});
