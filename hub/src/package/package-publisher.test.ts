import { beforeEach, describe, expect, it } from 'vitest';
import { PackagePublisher, type GenerationKeeper } from './package-publisher.js';
import type { PackageContent } from './package-parts.js';
import { GENERATIONS_KEPT, PackageRepository, type PackageGeneration } from './package-repository.js';
import { BEIJING, contentOf, GUIZHOU, guizhou, NOW, signingMaterial, type TestProvince } from './package.fixture.js';

/** What replicas share. */
class Shared implements GenerationKeeper {
  generations: PackageGeneration[] = [];
  isDown = false;

  newestVersion(): Promise<number> {
    return this.isDown ? Promise.reject(new Error('down')) : Promise.resolve(this.generations.at(-1)?.version ?? 0);
  }

  readAfter(after: number): Promise<readonly PackageGeneration[]> {
    return Promise.resolve(this.generations.filter(({ version }) => version > after));
  }

  append(newest: number, least: number, make: (version: number) => PackageGeneration): Promise<PackageGeneration | undefined> {
    if ((this.generations.at(-1)?.version ?? 0) !== newest) return Promise.resolve(undefined);
    const generation = make(Math.max(newest + 1, least));
    this.generations.push(generation);
    return Promise.resolve(generation);
  }
}

const material = signingMaterial();
let shared: Shared;
let province: TestProvince;
let now: number;
let content: PackageContent;
let fingerprint: string;
let refreshed: number;

beforeEach(async () => {
  [shared, province, now, fingerprint, refreshed] = [new Shared(), await guizhou(), NOW, 'a', 0];
  content = contentOf([province]);
});

function replica() {
  const repository = new PackageRepository();
  const publisher = new PackagePublisher({
    repository,
    keeper: shared,
    readMaterial: () => material,
    refresh: () => { refreshed += 1; return Promise.resolve(); },
    fingerprint: () => fingerprint,
    gather: () => Promise.resolve(content),
    intervalMs: 30_000,
    now: () => now,
  });
  return { repository, publisher };
}

const targetsOf = (repository: PackageRepository): string => Buffer.from(repository.findFile(`metadata/${String(repository.version)}.targets.json`)?.content ?? []).toString();

describe('PackagePublisher', () => {
  it('publishes at once, then at each interval, the number never below the time', async () => {
    const { repository, publisher } = replica();
    expect([await publisher.look(), repository.version, repository.madeAt]).toEqual([true, NOW, NOW]);
    now += 29;
    expect([await publisher.look(), repository.version]).toEqual([false, NOW]);
    now += 1;
    expect([await publisher.look(), repository.version]).toEqual([true, NOW + 30]);
  });

  it('publishes at once what lets nobody wait, twice in a second too', async () => {
    const { repository, publisher } = replica();
    await publisher.look();
    [content, fingerprint] = [contentOf([{ ...province, standing: 'suspended' }, await guizhou({ code: BEIJING })]), 'b'];
    expect([await publisher.look(), repository.version]).toEqual([true, NOW + 1]);
    expect(await publisher.look()).toBe(false);
  });

  it('publishes at once which list there is that no version names yet, and leaves its next versions to the interval', async () => {
    const { repository, publisher } = replica();
    await publisher.look();
    const list = { uri: `urn:cn:healthcode:status:${GUIZHOU}`, issuer: GUIZHOU, shard: 0, version: 1, issuedAt: NOW, size: 8192, digest: 'A'.repeat(43) };
    [content, fingerprint] = [contentOf([province], { lists: [list] }), 'b'];
    expect([await publisher.look(), repository.version]).toEqual([true, NOW + 1]);
    [content, fingerprint] = [contentOf([province], { lists: [{ ...list, version: 2 }] }), 'c'];
    expect([await publisher.look(), repository.version]).toEqual([false, NOW + 1]);
  });

  it('publishes again what was taken back a moment ago: the newest version counts, not those before it', async () => {
    const { repository, publisher } = replica();
    await publisher.look();
    const before = content;
    [content, fingerprint] = [contentOf([province], { exceptions: { conflicts: [{ issuer: GUIZHOU, sequence: 1 }], equivocations: [], sources: [] } }), 'b'];
    await publisher.look();
    [content, fingerprint] = [before, 'c'];
    expect([await publisher.look(), repository.version]).toEqual([true, NOW + 2]);
  });

  it('lets what can wait wait for the interval', async () => {
    const { repository, publisher } = replica();
    await publisher.look();
    [content, fingerprint] = [contentOf([province], { ledgerEntries: 4, feeds: [{ issuer: GUIZHOU, confirmedAt: NOW }] }), 'b'];
    expect([await publisher.look(), repository.version]).toEqual([false, NOW]);
    now += 30;
    await publisher.look();
    expect(targetsOf(repository)).toContain('ledger.json');
    expect(repository.version).toBe(NOW + 30);
  });

  it('is brought up to date before it publishes: what was taken back elsewhere is not published again', async () => {
    const { publisher } = replica();
    await publisher.look();
    expect(refreshed).toBe(1);
    await publisher.look();
    expect(refreshed).toBe(1);
  });

  it('never publishes a package by which everybody would be turned away', async () => {
    const { repository, publisher } = replica();
    for (const nobody of [[], [{ ...province, standing: 'suspended' as const }], [{ ...province, keys: [] }]]) {
      content = contentOf(nobody);
      expect([await publisher.look(), repository.version]).toEqual([false, 0]);
    }
    content = contentOf([province]);
    expect(await publisher.look()).toBe(true);
  });

  it('takes over what another replica published, and gives no number twice', async () => {
    const [one, other] = [replica(), replica()];
    await Promise.all([one.publisher.look(), other.publisher.look()]);
    expect(shared.generations).toHaveLength(1);
    await Promise.all([one.publisher.look(), other.publisher.look()]);
    expect([one.repository.version, other.repository.version]).toEqual([NOW, NOW]);
    expect(targetsOf(other.repository)).toBe(targetsOf(one.repository));
  });

  it('goes on where it stood after a restart, and where the clock was set back', async () => {
    await replica().publisher.look();
    now -= 86_400;
    const { repository, publisher } = replica();
    expect([await publisher.look(), repository.version, repository.madeAt]).toEqual([true, NOW + 1, NOW - 86_400]);
  });

  it('keeps what is published when nothing new can be', async () => {
    const { repository, publisher } = replica();
    await publisher.look();
    [shared.isDown, now] = [true, NOW + 60];
    await expect(publisher.look()).rejects.toThrow('down');
    expect(repository.findFile('metadata/timestamp.json')).toMatchObject({ isImmutable: false });
  });

  it('tells of a version once it can be fetched', async () => {
    const { repository, publisher } = replica();
    const told: unknown[] = [];
    const stop = repository.onPublished((version) => told.push([version, repository.findFile(`metadata/${String(version)}.snapshot.json`) !== undefined]));
    await publisher.look();
    stop();
    now += 30;
    await publisher.look();
    expect(told).toEqual([[NOW, true]]);
  });
});

describe('PackageRepository', () => {
  it('keeps the last three versions, and finds nothing else', async () => {
    const { repository, publisher } = replica();
    for (let version = 0; version < 5; version += 1) {
      now = NOW + version * 30;
      await publisher.look();
    }
    const held = [0, 1, 2, 3, 4].filter((version) => repository.findFile(`metadata/${String(NOW + version * 30)}.snapshot.json`) !== undefined);
    expect(held).toEqual([2, 3, 4]);
    expect(held).toHaveLength(GENERATIONS_KEPT);
    expect(repository.findFile('metadata/1.root.json')).toMatchObject({ isImmutable: true });
    for (const path of ['metadata/0.root.json', 'metadata/2.root.json', 'metadata/root.json', 'metadata/../timestamp.json', 'targets/provinces.json', '']) expect(repository.findFile(path), path).toBeUndefined();
  });
});
