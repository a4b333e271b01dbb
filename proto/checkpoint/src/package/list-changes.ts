import { decodeBase64Url, type PackageKeeper, type PackageSource } from '@health-code/attestation';

/** A list by its name and the version that is held. */
export interface HeldVersion {
  readonly uri: string;
  readonly version: number;
}

/** What {@link ListChanges} works with. */
export interface ListChangesParts {
  readonly keeper: Pick<PackageKeeper, 'current' | 'applyToken'>;
  readonly source: Pick<PackageSource, 'fetchList'>;
}

/** Changes that may wait for the first package; beyond it they are fetched. */
const EARLY_MAX = 1024;

/** `sub` of a token, before anybody verified it: only to look up what is held under that name. */
function subjectOf(token: string): string {
  try {
    const claims = JSON.parse(new TextDecoder().decode(decodeBase64Url(token.split('.')[1] ?? '') ?? new Uint8Array())) as { readonly sub?: unknown } | null;
    return typeof claims?.sub === 'string' ? claims.sub : '';
  } catch {
    return '';
  }
}

/** What a hub tells of lists while it is followed, applied whenever it comes: before the first package, and of lists that no package names yet. */
export class ListChanges {
  readonly #parts: ListChangesParts;
  #early: string[] = [];

  constructor(parts: ListChangesParts) {
    this.#parts = parts;
  }

  /** Every list that is held. */
  held(): readonly HeldVersion[] {
    return [...(this.#parts.keeper.current?.lists.values() ?? [])].map(({ uri, version }) => ({ uri, version }));
  }

  /** Applies a change; the version that is held afterwards, undefined where nothing came of it. Never rejects. */
  async apply(token: string): Promise<HeldVersion | undefined> {
    const { keeper } = this.#parts;
    if (keeper.current === undefined) {
      // Nobody's keys are known yet: what came is verified when they are.
      if (this.#early.length < EARLY_MAX) this.#early.push(token);
      return undefined;
    }
    const uri = subjectOf(token);
    const isApplied = (await keeper.applyToken(token)) || (!keeper.current.lists.has(uri) && (await this.#fetch(uri)));
    const list = keeper.current.lists.get(uri);
    return isApplied && list !== undefined ? { uri, version: list.version } : undefined;
  }

  /** Applies what came before the first package, now that there is one. */
  async takeUp(): Promise<void> {
    if (this.#early.length === 0 || this.#parts.keeper.current === undefined) return;
    const early = this.#early;
    this.#early = [];
    for (const token of early) await this.apply(token);
  }

  /** A list that the package does not name yet, of a province that has begun to publish: the delta that came leads on from nothing. */
  async #fetch(uri: string): Promise<boolean> {
    try {
      return await this.#parts.keeper.applyToken(await this.#parts.source.fetchList(uri));
    } catch {
      return false;
    }
  }
}
