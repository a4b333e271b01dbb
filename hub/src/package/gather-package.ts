import type { RegionalPolicy } from '@health-code/attestation';
import type { FeedSnapshot } from '../ingest/feed-state.js';
import { findExceptions, isExceptional, runInTurns, type QuestionedStatements, type TakeNote } from './find-exceptions.js';
import type { EquivocatedStatement, NamedStatusList, PackageContent, PackagedRegistry } from './package-parts.js';

/** Where the content of a package is found. */
export interface GatherPackageParts {
  readonly registry: PackagedRegistry & { readonly version: number };
  readonly feeds: { snapshot(): readonly FeedSnapshot[] };
  readonly policies: { approved(): readonly RegionalPolicy[] };
  readonly statements: QuestionedStatements & { takeFresh(): readonly number[] };
  readonly takeNote: TakeNote;
  /** Of what has not expired; seconds since the epoch. */
  readonly equivocations: (now: number) => Promise<readonly EquivocatedStatement[]>;
  readonly lists: () => readonly NamedStatusList[];
  readonly ledgerEntries: () => number;
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>;
  /** Seconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds that only ever grow. */
  readonly elapsed: () => number;
}

/** Of its time the hub spends this part at most on looking again for what was said in contradiction, however much of it comes. */
const MOST_TIME = 1 / 10;

/** Brings together what a package is made of. */
export class GatherPackage {
  readonly #parts: GatherPackageParts;
  #policies: readonly RegionalPolicy[] = [];
  #policyChanges = 0;
  #exceptions = 0;
  #restUntil = 0;

  constructor(parts: GatherPackageParts) {
    this.#parts = parts;
  }

  /** Another text whenever members, keys or regional rules changed, a list came that there was not, or a statement that is in question. Cheap: it is asked for twice a second. */
  fingerprint(): string {
    const { registry, feeds, policies, lists } = this.#parts;
    const approved = policies.approved();
    if (!isSame(approved, this.#policies)) this.#policyChanges += 1;
    this.#policies = approved;
    const equivocations = feeds.snapshot().reduce((sum, feed) => sum + feed.equivocations, 0);
    this.#lookAtFresh();
    return [registry.version, this.#policyChanges, this.#exceptions, equivocations, lists().length].join(' ');
  }

  #lookAtFresh(): void {
    const { statements, takeNote, now, elapsed } = this.#parts;
    if (elapsed() < this.#restUntil) return;
    const at = now();
    if (statements.takeFresh().filter((slot) => isExceptional(takeNote(slot, at))).length > 0) this.#exceptions += 1;
  }

  /** Everything, as it is at `now`, seconds since the epoch. */
  async gather(now: number): Promise<PackageContent> {
    const { registry, feeds, policies, statements, takeNote, equivocations, lists, ledgerEntries, pause } = this.#parts;
    const [held, began] = [await equivocations(now), this.#parts.elapsed()];
    const exceptions = await runInTurns(findExceptions(statements, takeNote, held, now), pause);
    this.#restUntil = this.#parts.elapsed() + (this.#parts.elapsed() - began) / MOST_TIME;
    return { registry, feeds: feeds.snapshot(), policies: policies.approved(), exceptions, lists: lists(), ledgerEntries: ledgerEntries() };
  }
}

/** Policies are versions that never change: the same objects, or the same names, say the same. */
const isSame = (some: readonly RegionalPolicy[], others: readonly RegionalPolicy[]): boolean =>
  some === others || (some.length === others.length && some.every(({ id, version }, at) => id === others[at]?.id && version === others[at].version));
