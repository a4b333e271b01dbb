import type { FileBackend } from '@freedomofpress/tuf-browser';
import type { PackageTrust } from './package-trust.js';

/** What the library calls a metadata file; its package does not export the name. */
type Metafile = NonNullable<Awaited<ReturnType<FileBackend['read']>>>;

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;
type Role = (typeof ROLES)[number];

/** The library names a file `<namespace>/<role>.json`. */
function roleOf(key: string): Role {
  const role = ROLES.find((name) => key.endsWith(`/${name}.json`));
  if (role === undefined) throw new Error('the library keeps a file that is of no role');
  return role;
}

/**
 * Metadata while the library brings it up to date. The library writes file by file, so that a page which ends in between would hold a
 * timestamp without its snapshot, and see nothing new until the next one: it is given this, and what came of it is kept as a whole.
 */
export class MetadataDraft implements FileBackend {
  #texts: Partial<Record<Role, string>>;

  constructor(accepted: PackageTrust = {}) {
    this.#texts = { ...accepted };
  }

  /** As it is now. */
  get trust(): PackageTrust {
    return { ...this.#texts };
  }

  /** Whether anything was written that differs from `accepted`. */
  differsFrom(accepted: PackageTrust = {}): boolean {
    return ROLES.some((role) => this.#texts[role] !== accepted[role]);
  }

  read(key: string): Promise<Metafile | undefined> {
    const text = this.#texts[roleOf(key)];
    return Promise.resolve(text === undefined ? undefined : (JSON.parse(text) as Metafile));
  }

  write(key: string, value: Metafile): Promise<void> {
    this.#texts[roleOf(key)] = JSON.stringify(value);
    return Promise.resolve();
  }

  writeRaw(key: string, value: Uint8Array): Promise<void> {
    this.#texts[roleOf(key)] = new TextDecoder().decode(value);
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    const { [roleOf(key)]: _removed, ...others } = this.#texts;
    this.#texts = others;
    return Promise.resolve();
  }
}
