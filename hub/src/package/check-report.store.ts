import type { ProvinceCode } from '@health-code/attestation';
import type { DataSource } from 'typeorm';
import type { CheckReport } from './check-report.js';

/** Counts what checkpoints verified without a network. Nothing is kept of the order, the place or the person. */
export class CheckReportStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /** Counts a report once. `device`: SPIFFE ID. @returns false where this report of this device was counted before */
  record(device: string, province: ProvinceCode, { id, hour, counts }: CheckReport): Promise<boolean> {
    return this.#database.transaction(async (change) => {
      const fresh = await change.query<unknown[]>('INSERT INTO check_report (device, report_id, received_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING RETURNING 1', [device, id]);
      if (fresh.length === 0) return false;
      // In one order, so that two reports about the same hour never wait for each other in a circle.
      const ordered = [...counts].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
      await change.query(
        `INSERT INTO check_count AS held (province, hour, purpose, recognition, error_code, issuer, count)
         SELECT $1, to_timestamp($2), * FROM unnest($3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::bigint[])
         ON CONFLICT (hour, province, purpose, recognition, error_code, issuer) DO UPDATE SET count = held.count + excluded.count`,
        [
          province,
          hour,
          ordered.map(({ purpose }) => purpose),
          ordered.map(({ recognition }) => recognition),
          ordered.map(({ errorCode }) => errorCode),
          ordered.map(({ issuer }) => issuer),
          ordered.map(({ count }) => count),
        ],
      );
      return true;
    });
  }
}
