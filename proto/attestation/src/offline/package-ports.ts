/** What a refresh of the signed metadata says: which generation is the newest, and what it consists of. */
export interface PackageListing {
  /** Of the targets metadata (TUF 1.0, 4.5); grows with each generation. */
  readonly version: number;
  /** When the hub made it; seconds since the epoch. */
  readonly madeAt: number;
  /** By the name of the target; SHA-256 in lower-case hexadecimal, length in bytes. */
  readonly targets: ReadonlyMap<string, TargetDescription>;
}

/** What signed metadata says of one target. */
export interface TargetDescription {
  readonly sha256: string;
  readonly length: number;
}

/**
 * Where a package comes from: a client of The Update Framework, and the status lists beside it. It has verified the
 * metadata against the pinned root before it answers. What it throws is an AttestationError with the code of what is
 * wrong (PACKAGE_SIGNATURE_INVALID, PACKAGE_ROLLED_BACK, PACKAGE_EXPIRED, …); anything else counts as PACKAGE_UNREACHABLE.
 */
export interface PackageSource {
  refresh(): Promise<PackageListing>;
  /** The bytes of a target of the listing that `refresh` gave last. */
  fetchTarget(name: string): Promise<Uint8Array>;
  /** A list's snapshot: a JWT with `typ` statuslist+jwt. */
  fetchList(uri: string): Promise<string>;
  /** What leads on from version `after` of a list, or its snapshot. */
  fetchDeltas(uri: string, after: number): Promise<{ readonly deltas: readonly string[] } | { readonly snapshot: string }>;
  /** The other side's clock now, by how much it differed at its last answer, however long ago; seconds since the epoch, undefined before any. */
  serverTime?(): number | undefined;
}

/** A status list as it is kept: the tokens it was made from, each signed by its province, so that nothing kept is believed. */
export interface StoredList {
  readonly uri: string;
  readonly snapshot: string;
  /** In the order they were applied. */
  readonly deltas: readonly string[];
}

/** One generation of the package as it is kept. */
export interface StoredPackage {
  readonly version: number;
  /** Seconds since the epoch. */
  readonly madeAt: number;
  /** By the name of the target. */
  readonly targets: ReadonlyMap<string, StoredTarget>;
  /** By `uri`. */
  readonly lists: ReadonlyMap<string, StoredList>;
}

/** A target as it is kept. */
export interface StoredTarget extends TargetDescription {
  readonly bytes: Uint8Array;
}

/** Where one generation is kept. */
export interface PackageStore {
  /** Undefined where there is none yet, or where what was kept is gone. */
  read(): Promise<StoredPackage | undefined>;
  /** All or nothing: whoever reads afterwards, also after a crash in between, gets the former generation or this one. */
  replace(next: StoredPackage): Promise<void>;
}
