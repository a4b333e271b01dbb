/** Accepted metadata of the offline package by its role (The Update Framework 1.0, 4): texts, exactly as they were signed and sent. */
export interface PackageTrust {
  readonly root?: string;
  readonly timestamp?: string;
  readonly snapshot?: string;
  readonly targets?: string;
}

/** Where accepted metadata is kept. */
export interface TrustStore {
  read(): Promise<PackageTrust | undefined>;
  /** All or nothing. */
  replace(trust: PackageTrust): Promise<void>;
}
