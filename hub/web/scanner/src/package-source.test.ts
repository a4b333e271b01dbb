import { AttestationError } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BrowserPackageSource } from './package-source.js';
import type { PackageTrust } from './package-trust.js';
import { makeRoleKey, TestRepository } from './tuf-repository.fixture.js';

const PARTS = { 'ledger.json': '{"entries":3,"madeAt":1700000000}', 'provinces.json': '{"provinces":[]}' };
const ORIGIN = 'https://hub.test';

let repository: TestRepository;
let kept: PackageTrust | undefined;
let isFull: boolean;
let pinned: string;

const store = {
  read: async () => kept,
  replace: async (trust: PackageTrust) => {
    if (isFull) throw new AttestationError('PACKAGE_STORAGE_FAILED', 'full');
    kept = trust;
  },
};
const source = (now = (): number => Date.now() / 1000): BrowserPackageSource => new BrowserPackageSource({ origin: ORIGIN, findPinnedRoot: async () => pinned, store, now });
const refreshed = (from = source()): Promise<string> => from.refresh().then(({ version }) => `version ${String(version)}`, (error: unknown) => (error as AttestationError).code);
const cut = (path: string): void => void repository.files.set(path, repository.files.get(path)!.slice(0, 100));

beforeEach(async () => {
  repository = await TestRepository.make();
  pinned = repository.root;
  kept = undefined;
  isFull = false;
  await repository.publish(PARTS);
  vi.stubGlobal('fetch', repository.fetch);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('BrowserPackageSource', () => {
  it('tells version, moment, files and time of what the hub publishes, and reads them', async () => {
    const one = source();
    const { version, madeAt, targets } = await one.refresh();
    expect([version, madeAt, [...targets.keys()]]).toEqual([1, 1_700_000_000, ['ledger.json', 'provinces.json']]);
    expect(new TextDecoder().decode(await one.fetchTarget('provinces.json'))).toBe('{"provinces":[]}');
    expect(Math.abs((one.serverTime() ?? 0) - Date.now() / 1000)).toBeLessThan(5);
    await expect(one.fetchTarget('absent.json')).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });

  it('tells the hub’s time also long after its last answer', async () => {
    let ahead = 0;
    const now = (): number => Date.now() / 1000 + ahead;
    const one = source(now);
    await one.refresh();
    ahead = 3600;
    expect(Math.abs((one.serverTime() ?? 0) - now())).toBeLessThan(5);
  });

  it('keeps metadata as a whole: one that was cut off between two files leaves what was', async () => {
    await refreshed();
    const before = kept;
    await repository.publish(PARTS);
    cut('/package/metadata/2.targets.json');
    expect(await refreshed()).toBe('PACKAGE_TRUNCATED');
    expect(kept).toEqual(before);
    await repository.publish(PARTS);
    expect(await refreshed()).toBe('version 3');
  });

  it('does not go back, also after the page was opened anew', async () => {
    const old = new Map(repository.files);
    await repository.publish(PARTS);
    expect(await refreshed()).toBe('version 2');
    for (const [path, file] of old) repository.files.set(path, file);
    expect(await refreshed()).toBe('PACKAGE_ROLLED_BACK');
  });

  it('refuses what is past its term, also where it is the same as before', async () => {
    await repository.publish(PARTS, { expiresAt: Date.now() - 1000 });
    expect(await refreshed()).toBe('PACKAGE_EXPIRED');
    await repository.publish(PARTS);
    expect(await refreshed()).toBe('version 3');
    vi.useFakeTimers({ now: Date.now() + 3 * 86_400_000, toFake: ['Date'] });
    try {
      expect(await refreshed()).toBe('PACKAGE_EXPIRED');
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses what an unknown key or another root vouches for', async () => {
    await repository.publish(PARTS, { signWith: await makeRoleKey() });
    expect(await refreshed()).toBe('PACKAGE_SIGNATURE_INVALID');
    const other = await TestRepository.make();
    await other.publish(PARTS);
    vi.stubGlobal('fetch', other.fetch);
    expect(await refreshed()).toBe('PACKAGE_SIGNATURE_INVALID');
  });

  it('follows the chain of roots, keeps an accepted root where the rest fails, and refuses one that the former does not vouch for', async () => {
    await repository.publishRoot([await makeRoleKey()], await makeRoleKey());
    await repository.publish(PARTS, { expiresAt: Date.now() - 1000 });
    expect(await refreshed()).toBe('PACKAGE_EXPIRED');
    expect(JSON.parse(kept?.root ?? '{}')).toMatchObject({ signed: { version: 2 } });
    await repository.publish(PARTS);
    expect(await refreshed()).toBe('version 3');
    const thief = await makeRoleKey();
    await repository.publishRoot([thief], thief, []);
    expect(await refreshed()).toBe('PACKAGE_SIGNATURE_INVALID');
  });

  it.each(['/package/metadata/timestamp.json', '/package/metadata/1.snapshot.json', '/package/metadata/1.targets.json'])('tells that %s was cut off', async (path) => {
    cut(path);
    expect(await refreshed()).toBe('PACKAGE_TRUNCATED');
  });

  it('tells a hub that is away, before and after it named a root', async () => {
    repository.isAway = true;
    expect(await refreshed()).toBe('PACKAGE_UNREACHABLE');
    const unpinned = new BrowserPackageSource({ origin: ORIGIN, findPinnedRoot: async () => undefined, store, now: () => Date.now() / 1000 });
    repository.isAway = false;
    expect(await refreshed(unpinned)).toBe('PACKAGE_UNREACHABLE');
  });

  it('goes on without room until the page is closed, and does not go back meanwhile', async () => {
    isFull = true;
    const one = source();
    const old = new Map(repository.files);
    await repository.publish(PARTS);
    expect(await refreshed(one)).toBe('version 2');
    for (const [path, file] of old) repository.files.set(path, file);
    expect([await refreshed(one), kept]).toEqual(['PACKAGE_ROLLED_BACK', undefined]);
  });

  it('refuses a file that is longer than what was signed, and a ledger that is another', async () => {
    const one = source();
    const { targets } = await one.refresh();
    const path = (name: string): string => `/package/targets/${targets.get(name)!.sha256}.${name}`;
    repository.files.set(path('provinces.json'), new TextEncoder().encode('{"provinces":[]} and more'));
    await expect(one.fetchTarget('provinces.json')).rejects.toMatchObject({ code: 'PACKAGE_TOO_LARGE' });
    repository.files.set(path('ledger.json'), new TextEncoder().encode('{"entries":3,"madeAt":1800000000}'));
    expect(await refreshed()).toBe('PACKAGE_INVALID');
  });

  it.each(['2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json'])('reads no more of %s than it may hold, and keeps what was', async (name) => {
    const piece = new Uint8Array(64 * 1024).fill(32);
    let read = 0;
    const pull = (to: ReadableStreamDefaultController<Uint8Array>): void => {
      read += piece.length;
      to.enqueue(piece);
    };
    const endless = (): Response => new Response(new ReadableStream({ pull }));
    vi.stubGlobal('fetch', async (input: string) => (input.endsWith(`/package/metadata/${name}`) ? endless() : repository.fetch(input)));
    expect([await refreshed(), kept]).toEqual(['PACKAGE_TOO_LARGE', undefined]);
    expect(read).toBeLessThan(1024 * 1024);
  });

  it('reads lists, and what leads on from one', async () => {
    const list = (body: string, type: string) => vi.stubGlobal('fetch', async () => new Response(body, { headers: { 'content-type': type } }));
    list('a.b.c', 'application/statuslist+jwt');
    expect([await source().fetchList('urn:cn:healthcode:status:520000'), await source().fetchDeltas('urn:cn:healthcode:status:520000:1', 4)]).toEqual(['a.b.c', { snapshot: 'a.b.c' }]);
    list('{"deltas":["d.e.f"]}', 'application/json; charset=utf-8');
    expect(await source().fetchDeltas('urn:cn:healthcode:status:520000', 4)).toEqual({ deltas: ['d.e.f'] });
    list('{"deltas":[1]}', 'application/json');
    await expect(source().fetchDeltas('urn:cn:healthcode:status:520000', 4)).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
    await expect(source().fetchList('https://elsewhere.test/')).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  });
});
