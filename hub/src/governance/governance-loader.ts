import type { RegionalPolicy } from '@health-code/attestation';
import type { KeyRevocation } from './key-revocation.js';

/** What {@link GovernanceLoader} brings together. */
export interface GovernanceParts {
  /** The registry, which says which keys are revoked: brought up to date first. */
  readonly refreshRegistry: () => Promise<void>;
  readonly readRevision: () => Promise<number>;
  readonly readPolicies: () => Promise<readonly RegionalPolicy[]>;
  readonly readRevocations: () => Promise<readonly KeyRevocation[]>;
  readonly policies: { replace(approved: readonly RegionalPolicy[]): void };
  readonly log: { replace(list: readonly KeyRevocation[]): void };
  /** Marks in memory what was signed with a revoked key. */
  readonly mark: (revocation: KeyRevocation) => Promise<void>;
}

/**
 * Keeps what verdicts follow equal to what is committed, by this replica or by another. Order matters: first the registry
 * knows that a key is revoked, so that whatever the lookup takes in from then on is marked as it comes; then what it held before
 * is marked; then checkpoints are told.
 */
export class GovernanceLoader {
  readonly #parts: GovernanceParts;
  #revision = -1;
  #marked = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: GovernanceParts) {
    this.#parts = parts;
  }

  /** Brings everything up to date. Calls follow one another, so that an older state never replaces a newer one. */
  refresh(): Promise<void> {
    const next = this.#last.catch(() => undefined).then(() => this.#refresh());
    this.#last = next;
    return next;
  }

  async #refresh(): Promise<void> {
    const { refreshRegistry, readRevision, readPolicies, readRevocations, policies, log, mark } = this.#parts;
    await refreshRegistry();
    // Read before what it stands for: a change in between is read twice, and never missed.
    const revision = await readRevision();
    if (revision === this.#revision) return;
    policies.replace(await readPolicies());
    const revocations = await readRevocations();
    if (revocations.some(({ id }) => id > this.#marked)) await refreshRegistry();
    for (const revocation of revocations) {
      if (revocation.id <= this.#marked) continue;
      await mark(revocation);
      this.#marked = revocation.id;
    }
    log.replace(revocations);
    this.#revision = revision;
  }
}
