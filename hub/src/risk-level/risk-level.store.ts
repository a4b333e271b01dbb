import type { DataSource } from 'typeorm';
import type { RiskLevelRange } from './list-risk-levels.js';
import type { RiskLevel, StatedRiskLevel } from './risk-level.js';

/** Rolls a transaction back without being a failure. */
class DayIsFull extends Error {}

/** Keeps what provinces state about regions. Satisfies RiskLevelAppender and RiskLevelReader. */
export class RiskLevelStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  async append(levels: readonly StatedRiskLevel[], statedBy: string, statedAt: number, dayLimit: number): Promise<number | undefined> {
    const append = this.#database.transaction(async (change) => {
      // Statements of one province follow one another: two calls at once would each find that nothing was said yet.
      await change.query('SELECT FROM province WHERE code = $1 FOR NO KEY UPDATE', [statedBy]);
      const added = await change.query<{ id: string }[]>(
        `INSERT INTO risk_level (region, grade, effective_from, authority, stated_by, stated_at)
         SELECT stated.region, stated.grade, stated.effective_from, stated.authority, $5, to_timestamp($6)
         FROM unnest($1::text[], $2::text[], $3::date[], $4::text[]) WITH ORDINALITY AS stated (region, grade, effective_from, authority, position)
         LEFT JOIN LATERAL (
           SELECT grade, authority FROM risk_level earlier
           WHERE earlier.region = stated.region AND earlier.effective_from = stated.effective_from ORDER BY id DESC LIMIT 1
         ) standing ON true
         WHERE (standing.grade, standing.authority) IS DISTINCT FROM (stated.grade, stated.authority)
         ORDER BY position RETURNING id`,
        [
          levels.map(({ region }) => region),
          levels.map(({ grade }) => grade),
          levels.map(({ effectiveFrom }) => effectiveFrom),
          levels.map(({ authority }) => authority),
          statedBy,
          statedAt,
        ],
      );
      const full = await change.query<unknown[]>(
        `SELECT effective_from FROM risk_level WHERE stated_by = $1 AND effective_from = ANY ($2::date[])
         GROUP BY effective_from HAVING count(*) > $3 LIMIT 1`,
        [statedBy, [...new Set(levels.map(({ effectiveFrom }) => effectiveFrom))], dayLimit],
      );
      // Said again, what is there already is no reason to refuse: it adds nothing.
      if (added.length > 0 && full.length > 0) throw new DayIsFull();
      return added.length;
    });
    return append.catch((error: unknown) => {
      if (error instanceof DayIsFull) return undefined;
      throw error;
    });
  }

  async list({ region, after, on }: RiskLevelRange, limit?: number): Promise<readonly RiskLevel[]> {
    return this.#database.query<RiskLevel[]>(
      `SELECT region, grade, to_char(effective_from, 'YYYY-MM-DD') AS "effectiveFrom", authority, stated_by AS "statedBy",
              floor(extract(epoch FROM stated_at))::float8 AS "statedAt"
       FROM risk_level
       WHERE ($1::text IS NULL OR region = $1) AND ($2::date IS NULL OR effective_from > $2) AND ($3::date IS NULL OR effective_from = $3)
       ORDER BY effective_from, id LIMIT $4`,
      [region ?? null, after ?? null, on ?? null, limit ?? null],
    );
  }
}
