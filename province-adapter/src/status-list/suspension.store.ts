import { CLOCK_TOLERANCE_SECONDS, STATUS_VALUES } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import { AdapterError } from '../errors.js';
import { holdIssuer, settingsOf, writeSettings } from './list-change.store.js';

interface Suspendable {
  readonly subject_reference: string;
  readonly kind: string;
  /** `null` for what had expired when lists began. */
  readonly expires_at: string | null;
  /** `null` for what stands. */
  readonly status: number | null;
}

/**
 * What the issuer suspends and lifts. Suspended is what is said about a person, of one kind: every attestation of it that has not
 * expired, and every one that renews it, until it is lifted or something else is said.
 */
export class SuspensionStore {
  constructor(private readonly database: DataSource) {}

  /**
   * @param sequence of any attestation that says it
   * @param now seconds since the epoch
   * @returns how many attestations do not stand any more for the moment; 0 where they were suspended before
   * @throws AdapterError SUSPENSION_SEQUENCE_UNKNOWN, SUSPENSION_NOT_STANDING
   */
  suspend(sequence: number, now: number): Promise<number> {
    return this.#inTurn(sequence, async (manager, found) => {
      if (found.status === STATUS_VALUES.invalid || Number(found.expires_at) <= now) {
        throw new AdapterError('SUSPENSION_NOT_STANDING', `attestation ${sequence} has expired or was taken back`);
      }
      const about = [found.subject_reference, found.kind];
      await manager.query('INSERT INTO suspension (subject_reference, kind, sequence) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [...about, sequence]);
      const rows = await manager.query<{ sequence: string }[]>(
        `INSERT INTO listed_status (sequence, status, expires_at)
          SELECT sequence, ${STATUS_VALUES.suspended}, expires_at FROM attestation_outbox
          WHERE subject_reference = $1 AND kind = $2 AND expires_at + ${CLOCK_TOLERANCE_SECONDS} > $3
          ON CONFLICT (sequence) DO NOTHING RETURNING sequence`,
        [...about, now],
      );
      await writeSettings(manager, [], settingsOf(rows, STATUS_VALUES.suspended));
      return rows.length;
    });
  }

  /**
   * @param sequence of any attestation that says it, expired or not
   * @returns how many attestations stand again; 0 where nothing was suspended
   * @throws AdapterError SUSPENSION_SEQUENCE_UNKNOWN
   */
  lift(sequence: number): Promise<number> {
    return this.#inTurn(sequence, async (manager, found) => {
      const about = [found.subject_reference, found.kind];
      await manager.query('DELETE FROM suspension WHERE subject_reference = $1 AND kind = $2', about);
      const rows = await manager.query<{ sequence: string }[]>(
        `WITH lifted AS (DELETE FROM listed_status USING attestation_outbox AS said
            WHERE said.subject_reference = $1 AND said.kind = $2 AND listed_status.sequence = said.sequence AND status = ${STATUS_VALUES.suspended}
            RETURNING listed_status.sequence)
          SELECT sequence FROM lifted`,
        about,
      );
      await writeSettings(manager, [], settingsOf(rows, STATUS_VALUES.valid));
      return rows.length;
    });
  }

  #inTurn(sequence: number, change: (manager: EntityManager, found: Suspendable) => Promise<number>): Promise<number> {
    return this.database.transaction(async (manager) => {
      await holdIssuer(manager);
      const [found] = await manager.query<Suspendable[]>(
        `SELECT subject_reference, kind, entry.expires_at, listed_status.status
          FROM attestation_outbox AS entry LEFT JOIN listed_status USING (sequence) WHERE sequence = $1`,
        [sequence],
      );
      if (found === undefined) throw new AdapterError('SUSPENSION_SEQUENCE_UNKNOWN', `no attestation ${sequence} was issued`);
      return change(manager, found);
    });
  }
}
