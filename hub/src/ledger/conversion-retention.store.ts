import type { DataSource } from 'typeorm';

/**
 * Deletes what the ledger holds of expired conversions. The entry stays, with the salted digest: the register is as long
 * and as checkable as before.
 */
export class ConversionRetentionStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /**
   * Deletes at most `limit` conversions that had expired by `expiredBy`. One that took the place of a statement which still
   * runs is kept until that has run out too: without its successor that statement would count again after a restart.
   *
   * @param expiredBy seconds since the epoch
   * @param now seconds since the epoch
   * @returns how many were deleted
   */
  async deleteExpired(expiredBy: number, now: number, limit: number): Promise<number> {
    const [, deleted] = await this.#database.query<[unknown, number]>(
      `DELETE FROM attestation WHERE (issuer, sequence) IN (
         SELECT converted.issuer, converted.sequence FROM attestation converted
         WHERE converted.is_converted AND converted.expires_at <= $1 AND NOT EXISTS (
           SELECT FROM attestation earlier
           WHERE earlier.issuer = converted.issuer AND earlier.sequence = converted.supersedes AND earlier.status <> 'none' AND earlier.expires_at > $2)
         ORDER BY converted.expires_at LIMIT $3 FOR UPDATE OF converted SKIP LOCKED)`,
      [expiredBy, now, limit],
    );
    return deleted;
  }
}
