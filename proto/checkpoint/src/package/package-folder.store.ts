import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { AttestationError, type PackageStore, type StoredList, type StoredPackage, type StoredTarget } from '@health-code/attestation';
import { z } from 'zod';
import { replaceFile } from '../platform/replace-file.js';

/** Milliseconds after which content that no generation names is removed: another process may just be about to name it. */
const GRACE_MS = 60_000;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const GENERATION = z.strictObject({
  format: z.literal(1),
  version: z.int().positive(),
  madeAt: z.int().nonnegative(),
  /** Digest of the content by the name of the target. */
  targets: z.record(z.string(), digest),
  /** By uri: digests of the snapshot, and of the deltas as one list. */
  lists: z.record(z.string(), z.strictObject({ snapshot: digest, deltas: digest })),
});
const DELTAS = z.array(z.string());

type Generation = z.infer<typeof GENERATION>;

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/**
 * The package on disk: content by its digest, and one small file that names what belongs to the generation. That file is replaced in one
 * step and last, so that a full disk or a kill in between leaves the former generation as it was. Content that two generations share is
 * written once. Everything read is compared with its digest: what was damaged counts as gone.
 */
export class PackageFolder implements PackageStore {
  readonly #generation: string;
  readonly #content: string;

  constructor(folder: string) {
    this.#generation = join(folder, 'generation.json');
    this.#content = join(folder, 'content');
  }

  async read(): Promise<StoredPackage | undefined> {
    try {
      const { version, madeAt, targets, lists } = GENERATION.parse(JSON.parse(await readFile(this.#generation, 'utf8')));
      return {
        version,
        madeAt,
        targets: new Map(await Promise.all(Object.entries(targets).map(async ([name, kept]) => [name, await this.#readTarget(kept)] as const))),
        lists: new Map(await Promise.all(Object.entries(lists).map(async ([uri, kept]) => [uri, await this.#readList(uri, kept)] as const))),
      };
    } catch {
      // Never written, cleared, or damaged: either way there is no package here, and that is said in every verdict.
      return undefined;
    }
  }

  /** @throws AttestationError PACKAGE_STORAGE_FAILED; what was kept is kept */
  async replace(next: StoredPackage): Promise<void> {
    try {
      await mkdir(this.#content, { recursive: true, mode: 0o700 });
      const targets: Generation['targets'] = {};
      for (const [name, { bytes }] of next.targets) targets[name] = await this.#keep(bytes);
      const lists: Generation['lists'] = {};
      for (const [uri, { snapshot, deltas }] of next.lists) lists[uri] = { snapshot: await this.#keep(snapshot), deltas: await this.#keep(JSON.stringify(deltas)) };
      const generation: Generation = { format: 1, version: next.version, madeAt: next.madeAt, targets, lists };
      await replaceFile(this.#generation, JSON.stringify(generation));
      await this.#removeUnnamed(generation);
    } catch (cause) {
      throw new AttestationError('PACKAGE_STORAGE_FAILED', 'the package cannot be written: the former one is kept', { cause });
    }
  }

  async #keep(content: Uint8Array | string): Promise<string> {
    const name = sha256(content);
    const path = join(this.#content, name);
    const kept = await stat(path).catch(() => undefined);
    // A file of another length was damaged; one of this length is compared when it is read.
    if (kept?.size !== Buffer.byteLength(content)) await replaceFile(path, content);
    // Named from now on, though the generation that says so is not written yet.
    else await utimes(path, new Date(), new Date());
    return name;
  }

  async #readContent(name: string): Promise<Buffer> {
    const bytes = await readFile(join(this.#content, name));
    if (sha256(bytes) === name) return bytes;
    await rm(join(this.#content, name), { force: true });
    throw new AttestationError('PACKAGE_INVALID', 'content on disk is not what was written');
  }

  async #readTarget(name: string): Promise<StoredTarget> {
    const bytes = await this.#readContent(name);
    return { sha256: name, length: bytes.length, bytes };
  }

  async #readList(uri: string, { snapshot, deltas }: { readonly snapshot: string; readonly deltas: string }): Promise<StoredList> {
    const [whole, changes] = await Promise.all([this.#readContent(snapshot), this.#readContent(deltas)]);
    return { uri, snapshot: whole.toString('latin1'), deltas: DELTAS.parse(JSON.parse(changes.toString('utf8'))) };
  }

  async #removeUnnamed({ targets, lists }: Generation): Promise<void> {
    const named = new Set([...Object.values(targets), ...Object.values(lists).flatMap(({ snapshot, deltas }) => [snapshot, deltas])]);
    const before = Date.now() - GRACE_MS;
    for (const name of await readdir(this.#content)) {
      if (named.has(name)) continue;
      const path = join(this.#content, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && found.mtimeMs < before) await rm(path, { force: true });
    }
  }
}
