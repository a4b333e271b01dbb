import { randomBytes } from 'node:crypto';
import type { RegionalPolicy } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import { HubError } from '../errors.js';
import type { EventLogStore } from '../joining/event-log.store.js';
import type { MembershipEventName } from '../joining/membership-events.js';
import { POLICY_BOUNDS, policyLine, policyRefused, type PolicyProposal, type PolicyVersion } from './policy.js';

/** Taken first by every change: policies follow one another, and every replica sees that something changed. */
const NEXT_REVISION = 'UPDATE registry_revision SET revision = revision + 1';

const seconds = (column: string): string => `extract(epoch FROM ${column})::float8`;

const VERSION_COLUMNS = `id, version, receiver, issuers, reason, ${seconds('effective_from')} AS "effectiveFrom", ${seconds('effective_until')} AS "effectiveUntil",
  state, decided_by AS "decidedBy"`;

/** The version of each policy that stands. */
const STANDING = `SELECT DISTINCT ON (id) ${VERSION_COLUMNS} FROM recognition_policy`;

type VersionRow = Omit<PolicyVersion, 'decidedBy'> & { readonly decidedBy: string | null };

const toVersion = ({ decidedBy, ...policy }: VersionRow): PolicyVersion => (decidedBy === null ? policy : { ...policy, decidedBy });

const EVENT: Readonly<Record<PolicyVersion['state'], MembershipEventName>> = {
  proposed: 'policy.proposed',
  approved: 'policy.approved',
  rejected: 'policy.rejected',
  withdrawn: 'policy.withdrawn',
};

/** Keeps regional rules: every version of each, none ever changed. */
export class PolicyStore {
  readonly #database: DataSource;
  readonly #events: Pick<EventLogStore, 'append'>;

  constructor(database: DataSource, events: Pick<EventLogStore, 'append'>) {
    this.#database = database;
    this.#events = events;
  }

  /**
   * Writes the first version of a new policy.
   * @throws HubError POLICY_INVALID where the province has too many open
   */
  append(proposal: PolicyProposal, actor: string): Promise<PolicyVersion> {
    return this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      const [row] = await change.query<{ open: number }[]>(
        `SELECT count(*)::int AS open FROM (${STANDING} WHERE receiver = $1 ORDER BY id, version DESC) standing
         WHERE state IN ('proposed', 'approved') AND "effectiveUntil" > extract(epoch FROM now())`,
        [proposal.receiver],
      );
      if ((row?.open ?? 0) >= POLICY_BOUNDS.open) throw policyRefused([{ field: 'policy', description: `is one more than the ${String(POLICY_BOUNDS.open)} a province may have open` }]);
      const policy: PolicyVersion = { ...proposal, id: `${proposal.receiver}-${randomBytes(5).toString('hex')}`, version: 1, state: 'proposed' };
      await this.#write(change, policy, actor);
      return policy;
    });
  }

  /**
   * Writes the version that `decide` makes of the one that stands; of several who decide at once, each sees what the last one left.
   * @param receiver only a policy of this province, where it is given
   * @throws HubError POLICY_NOT_FOUND, and what `decide` throws
   */
  follow(id: string, actor: string, decide: (standing: PolicyVersion) => PolicyVersion, receiver?: string): Promise<PolicyVersion> {
    return this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      const [row] = await change.query<VersionRow[]>(`${STANDING} WHERE id = $1 ORDER BY id, version DESC`, [id]);
      if (row === undefined || (receiver !== undefined && row.receiver !== receiver)) throw new HubError('POLICY_NOT_FOUND', 'no policy has this id');
      const policy = decide(toVersion(row));
      await this.#write(change, policy, actor);
      return policy;
    });
  }

  /** Every policy as it stands, by receiver and date. */
  async list(): Promise<readonly PolicyVersion[]> {
    const rows = await this.#database.query<VersionRow[]>(`SELECT * FROM (${STANDING} ORDER BY id, version DESC) standing ORDER BY receiver, "effectiveFrom", id`);
    return rows.map(toVersion);
  }

  /** Every version of every policy, by receiver and id, the first version first. */
  async listVersions(): Promise<readonly PolicyVersion[]> {
    const rows = await this.#database.query<VersionRow[]>(`SELECT ${VERSION_COLUMNS} FROM recognition_policy ORDER BY receiver, id, version`);
    return rows.map(toVersion);
  }

  /** What is approved and has not ended. */
  readApproved(): Promise<readonly RegionalPolicy[]> {
    return this.#database.query<RegionalPolicy[]>(
      `SELECT id, version, receiver, issuers, "effectiveFrom", "effectiveUntil" FROM (${STANDING} ORDER BY id, version DESC) standing
       WHERE state = 'approved' AND "effectiveUntil" > extract(epoch FROM now()) ORDER BY id`,
    );
  }

  async #write(change: EntityManager, policy: PolicyVersion, actor: string): Promise<void> {
    await change.query(
      `INSERT INTO recognition_policy (id, version, receiver, issuers, reason, effective_from, effective_until, state, decided_by, stated_by, stated_at)
       VALUES ($1, $2, $3, $4, $5, to_timestamp($6), to_timestamp($7), $8, $9, $10, now())`,
      [policy.id, policy.version, policy.receiver, policy.issuers, policy.reason, policy.effectiveFrom, policy.effectiveUntil, policy.state, policy.decidedBy ?? null, actor],
    );
    await this.#events.append(change, { province: policy.receiver, name: EVENT[policy.state], actor, detail: policyLine(policy) });
  }
}
