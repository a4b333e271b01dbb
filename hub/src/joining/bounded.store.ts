import type { ProvinceCode } from '@health-code/attestation';
import type { EntityManager } from 'typeorm';
import { HubError } from '../errors.js';

/** How many rows a province may have at a time, and what they are. */
export interface Bound {
  readonly max: number;
  readonly what: string;
}

/**
 * Refuses one more row where a province has its share: whoever renews without end cannot fill the database.
 * @param rows the FROM and WHERE of what counts, with the province as $1; the rows have an `expires_at`
 * @throws HubError RATE_LIMIT_EXCEEDED, saying when the oldest ends
 */
export async function requireRoom(change: EntityManager, rows: string, province: ProvinceCode, { max, what }: Bound): Promise<void> {
  const [found] = await change.query<{ count: number; waitMs: number | null }[]>(
    `SELECT count(*)::int AS count, ceil(1000 * extract(epoch FROM min(expires_at) - now()))::float8 AS "waitMs" ${rows}`,
    [province],
  );
  if (found === undefined || found.count < max) return;
  throw new HubError('RATE_LIMIT_EXCEEDED', `${String(max)} ${what}, which is as many as one province may have; the oldest ends first`, {
    retryAfterMs: Math.max(0, found.waitMs ?? 0),
  });
}
