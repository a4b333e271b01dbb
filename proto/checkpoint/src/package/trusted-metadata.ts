import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttestationError } from '@health-code/attestation';
import { Updater } from 'tuf-js';
import { HubFetcher } from './hub-fetcher.js';
import type { HubFiles } from './hub-files.js';
import { removeLeftovers } from '../platform/remove-leftovers.js';
import { isUnfinished } from '../platform/replace-file.js';
import { packageError } from './tuf-failure.js';
import { TrustFile, type Trust } from './trust-file.js';

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;

const SCRATCH = 'metadata-';

/** The library writes its files in place, so that a kill would leave half of one: it is given copies. */
async function unpack(trust: Trust, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(join(folder, SCRATCH));
  for (const role of ROLES) {
    const text = trust[role];
    if (text !== undefined) await writeFile(join(scratch, `${role}.json`), text);
  }
  return scratch;
}

async function pack(scratch: string): Promise<Omit<Trust, 'pinned'>> {
  const [root, timestamp, snapshot, targets] = await Promise.all(ROLES.map((role) => readFile(join(scratch, `${role}.json`), 'utf8').catch(() => undefined)));
  return { root: root ?? '', timestamp, snapshot, targets };
}

const isSame = (one: Omit<Trust, 'pinned'>, other: Trust): boolean => ROLES.every((role) => one[role] === other[role]);

/** The metadata of the package that are trusted, and how they are brought up to date (The Update Framework 1.0, 5). */
export class TrustedMetadata {
  readonly #folder: string;
  readonly #pinnedRoot: Uint8Array;
  readonly #pinned: string;
  readonly #file: TrustFile;

  /** @param pinnedRoot root.json as it was pinned when the device was enrolled */
  constructor(folder: string, pinnedRoot: Uint8Array) {
    this.#folder = folder;
    this.#pinnedRoot = pinnedRoot;
    this.#pinned = createHash('sha256').update(pinnedRoot).digest('hex');
    this.#file = new TrustFile(join(folder, 'trust.json'));
  }

  /**
   * What the hub publishes now, accepted and on disk: root chain, no going back, no freezing.
   * @throws AttestationError PACKAGE_UNREACHABLE, PACKAGE_TRUNCATED, PACKAGE_INVALID, PACKAGE_SIGNATURE_INVALID, PACKAGE_ROLLED_BACK, PACKAGE_EXPIRED, PACKAGE_STORAGE_FAILED
   */
  async update(files: HubFiles): Promise<Trust> {
    const held = await this.#held();
    await removeLeftovers(this.#folder, (name) => name.startsWith(SCRATCH) || isUnfinished(name));
    const scratch = await unpack(held, this.#folder).catch((cause: unknown) => {
      throw new AttestationError('PACKAGE_STORAGE_FAILED', 'the folder of the package cannot be written', { cause });
    });
    const fetcher = new HubFetcher(files);
    try {
      await new Updater({ metadataDir: scratch, metadataBaseUrl: `${files.url}/package/metadata`, fetcher }).refresh();
      const accepted = await pack(scratch);
      if (!isSame(accepted, held)) await this.#file.replace({ ...accepted, pinned: this.#pinned });
      return { ...accepted, pinned: this.#pinned };
    } catch (error) {
      // TUF 1.0, 5.3.8: a root that was accepted counts, whatever became of the rest.
      const { root } = await pack(scratch);
      if (root !== '' && root !== held.root) await this.#file.replace({ ...held, root });
      throw packageError(error, fetcher.failure);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  /** What was accepted last, or the pinned root: also where that is another now, of a device that was enrolled anew. */
  async #held(): Promise<Trust> {
    const accepted = await this.#file.read();
    if (accepted !== undefined && (accepted.pinned ?? this.#pinned) === this.#pinned) return { ...accepted, pinned: this.#pinned };
    return { pinned: this.#pinned, root: Buffer.from(this.#pinnedRoot).toString('utf8') };
  }
}
