/** One file of the repository, as served. */
export interface PublishedFile {
  readonly content: Uint8Array;
  /** Whether its path names its content: such a file never changes. */
  readonly isImmutable: boolean;
}

/** One whole version of the package. Nothing of it changes. */
export interface PackageGeneration {
  /** Of timestamp, snapshot and targets alike; from 1, growing. */
  readonly version: number;
  /** Seconds since the epoch. */
  readonly madeAt: number;
  /** By path below `/package/`: `metadata/timestamp.json`, `metadata/7.snapshot.json`, `targets/<sha256>.provinces.json`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Told of a new version. */
export type PublishedListener = (version: number) => void;

/** Versions that stay fetchable, the newest included: a download that began with one can end with it. */
export const GENERATIONS_KEPT = 3;

const TIMESTAMP = 'metadata/timestamp.json';

/**
 * The offline package as it is published now, after The Update Framework (specification 1.0): what `GET /package/…` serves. In
 * memory, so that a country of checkpoints that fetch it at once needs no database.
 */
export class PackageRepository {
  #generations: readonly PackageGeneration[] = [];
  #roots: readonly Uint8Array[] = [];
  readonly #listeners = new Set<PublishedListener>();

  /** The newest version; 0 before the first. */
  get version(): number {
    return this.#generations[0]?.version ?? 0;
  }

  /** When the newest version was made, seconds since the epoch; 0 before the first. */
  get madeAt(): number {
    return this.#generations[0]?.madeAt ?? 0;
  }

  /** The newest root.json; undefined where no package is published. */
  root(): Uint8Array | undefined {
    return this.#roots.at(-1);
  }

  /** A file by its path below `/package/`. */
  findFile(path: string): PublishedFile | undefined {
    if (path === TIMESTAMP) {
      const content = this.#generations[0]?.files.get(path);
      return content === undefined ? undefined : { content, isImmutable: false };
    }
    const root = /^metadata\/([1-9][0-9]{0,8})\.root\.json$/.exec(path);
    const content = root === null ? this.#findVersioned(path) : this.#roots[Number(root[1]) - 1];
    return content === undefined ? undefined : { content, isImmutable: true };
  }

  /** Whether the newest version holds this file. */
  isCurrent(path: string): boolean {
    return this.#generations[0]?.files.has(path) === true;
  }

  #findVersioned(path: string): Uint8Array | undefined {
    for (const { files } of this.#generations) {
      const content = files.get(path);
      if (content !== undefined) return content;
    }
    return undefined;
  }

  /** `listener` is told of each version once it can be fetched. @returns ends that */
  onPublished(listener: PublishedListener): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** Puts the chain of roots in place, 1.root.json first, without a hole. */
  replaceRoots(roots: readonly Uint8Array[]): void {
    this.#roots = roots;
  }

  /** Publishes a version. An older one, or the same again, changes nothing. */
  publish(generation: PackageGeneration): void {
    if (generation.version <= this.version) return;
    this.#generations = [generation, ...this.#generations].slice(0, GENERATIONS_KEPT);
    for (const listener of this.#listeners) listener(generation.version);
  }
}
