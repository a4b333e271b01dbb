/** Accepted metadata of the offline package by its role (The Update Framework 1.0, 4): texts, exactly as they were signed and sent. */
export interface PackageTrust {
  readonly root?: string;
  readonly timestamp?: string;
  readonly snapshot?: string;
  readonly targets?: string;
}

const versionOf = (text: string | undefined): number => (text === undefined ? 0 : (JSON.parse(text) as { readonly signed: { readonly version: number } }).signed.version);

/** Whether `held` is later than `next`: another page of this browser was faster. A later root may begin its timestamps anew. */
export function isOvertaken(held: PackageTrust | undefined, next: PackageTrust): boolean {
  const roots = versionOf(held?.root) - versionOf(next.root);
  return roots === 0 ? versionOf(held?.timestamp) > versionOf(next.timestamp) : roots > 0;
}

/** Where accepted metadata is kept. */
export interface TrustStore {
  read(): Promise<PackageTrust | undefined>;
  /** All or nothing; passes over what is {@link isOvertaken}. */
  replace(trust: PackageTrust): Promise<void>;
}
