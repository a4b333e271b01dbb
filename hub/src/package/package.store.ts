import type { DataSource, EntityManager } from 'typeorm';
import { ADVISORY_LOCK } from '../platform/database.js';
import { GENERATIONS_KEPT, type PackageGeneration } from './package-repository.js';

interface FileRow {
  readonly version: string;
  readonly made_at: string;
  readonly path: string;
  readonly content: Buffer;
}

/** Targets name their content, and stand there once for all versions. */
const versionOf = (path: string, version: number): number => (path.startsWith('targets/') ? 0 : version);

/** Keeps what is published, so that replicas serve the same versions and no restart goes back to an older one. */
export class PackageStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /** The newest version; 0 where there is none. */
  async newestVersion(): Promise<number> {
    return newestOf(this.#database);
  }

  /** Versions after `after`, as far as they are kept, oldest first. */
  async readAfter(after: number): Promise<readonly PackageGeneration[]> {
    const rows = await this.#database.query<FileRow[]>(
      `SELECT generation.version, generation.made_at, file.path, file.content
       FROM package_generation generation CROSS JOIN unnest(generation.paths) AS listed (path)
       JOIN package_file file ON file.path = listed.path AND file.version IN (0, generation.version)
       WHERE generation.version > $1 ORDER BY generation.version`,
      [after],
    );
    const generations = new Map<number, { readonly version: number; readonly madeAt: number; readonly files: Map<string, Uint8Array> }>();
    for (const { version, made_at: madeAt, path, content } of rows) {
      const generation = generations.get(Number(version)) ?? { version: Number(version), madeAt: Number(madeAt), files: new Map<string, Uint8Array>() };
      generation.files.set(path, content);
      generations.set(generation.version, generation);
    }
    return [...generations.values()];
  }

  /**
   * Appends the version that `make` makes of its number, unless another replica has appended one after `newest`. The number is at least
   * `least`. What no client can be in the middle of is deleted.
   * @returns what was appended, or undefined
   */
  append(newest: number, least: number, make: (version: number) => PackageGeneration): Promise<PackageGeneration | undefined> {
    return this.#database.transaction(async (change) => {
      await change.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK.package]);
      if ((await newestOf(change)) !== newest) return undefined;
      const generation = make(Math.max(newest + 1, least));
      const { version, madeAt, files } = generation;
      const paths = [...files.keys()];
      await change.query('INSERT INTO package_generation (version, made_at, paths) VALUES ($1, $2, $3)', [version, madeAt, paths]);
      await change.query(
        `INSERT INTO package_file (path, version, content) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[]) ON CONFLICT DO NOTHING`,
        [paths, paths.map((path) => versionOf(path, version)), [...files.values()]],
      );
      await change.query(`DELETE FROM package_generation WHERE version NOT IN (SELECT version FROM package_generation ORDER BY version DESC LIMIT ${String(GENERATIONS_KEPT)})`);
      await change.query(
        `DELETE FROM package_file file WHERE NOT EXISTS (
           SELECT FROM package_generation generation WHERE file.path = ANY (generation.paths) AND file.version IN (0, generation.version))`,
      );
      return generation;
    });
  }
}

async function newestOf(database: DataSource | EntityManager): Promise<number> {
  const [row] = await database.query<{ newest: string }[]>('SELECT coalesce(max(version), 0) AS newest FROM package_generation');
  return Number(row?.newest);
}
