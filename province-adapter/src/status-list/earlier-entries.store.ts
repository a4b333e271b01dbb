import { ATTESTATION_MAX_LIFETIME_SECONDS, CLOCK_TOLERANCE_SECONDS, STATUS_VALUES } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import { createLookThrough, type EarlierEntry } from './earlier-entries.js';
import { holdIssuer, writeSettings } from './list-change.store.js';
import { shardOf, type StatusSetting } from './list-change.js';

const PAGE = 2000;

/** Older entries have expired, whatever they say. */
const LONGEST_LIFE_SECONDS = ATTESTATION_MAX_LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS;

async function listPage(manager: EntityManager, entries: readonly EarlierEntry[], now: number): Promise<readonly StatusSetting[]> {
  await manager.query(
    'UPDATE attestation_outbox SET expires_at = entry.expires_at FROM unnest($1::bigint[], $2::bigint[]) AS entry (sequence, expires_at) WHERE attestation_outbox.sequence = entry.sequence',
    [entries.map(({ sequence }) => sequence), entries.map(({ expiresAt }) => expiresAt)],
  );
  const takenBack = entries.filter(({ isTakenBack, expiresAt }) => isTakenBack && expiresAt + CLOCK_TOLERANCE_SECONDS > now);
  await manager.query(`INSERT INTO listed_status (sequence, status, expires_at) SELECT sequence, ${STATUS_VALUES.invalid}, expires_at FROM unnest($1::bigint[], $2::bigint[]) AS entry (sequence, expires_at)`, [
    takenBack.map(({ sequence }) => sequence),
    takenBack.map(({ expiresAt }) => expiresAt),
  ]);
  return takenBack.map(({ sequence }) => ({ sequence, status: STATUS_VALUES.invalid }));
}

/**
 * The lists of an outbox from before there were any, made once. All or nothing; whoever starts again begins again.
 *
 * @param now seconds since the epoch
 */
export async function listEarlierEntries(database: DataSource, now: number): Promise<void> {
  await database.transaction(async (manager) => {
    await holdIssuer(manager);
    const [issuer] = await manager.query<{ unlisted_up_to: string }[]>('SELECT unlisted_up_to FROM issuer_sequence');
    const last = Number(issuer?.unlisted_up_to);
    if (last === 0) return;
    const lookThrough = createLookThrough();
    const ends = new Map<number, { sequence: number; expiresAt: number }>([[shardOf(last), { sequence: last, expiresAt: 0 }]]);
    const settings: StatusSetting[] = [];
    // In the order of the index: a country's outbox does not fit into memory.
    await manager.query(
      `DECLARE earlier NO SCROLL CURSOR FOR SELECT token FROM attestation_outbox
        WHERE sequence <= ${last} AND created_at > now() - interval '${LONGEST_LIFE_SECONDS} seconds' ORDER BY subject_reference, kind, sequence DESC`,
    );
    for (;;) {
      const page = await manager.query<{ token: string }[]>(`FETCH ${PAGE} FROM earlier`);
      if (page.length === 0) break;
      const entries = page.map(({ token }) => lookThrough(token));
      settings.push(...(await listPage(manager, entries, now)));
      for (const { sequence, expiresAt } of entries) {
        const end = ends.get(shardOf(sequence)) ?? { sequence, expiresAt };
        ends.set(shardOf(sequence), { sequence: Math.max(end.sequence, sequence), expiresAt: Math.max(end.expiresAt, expiresAt) });
      }
    }
    await manager.query('CLOSE earlier');
    await writeSettings(manager, [...ends.values()], settings);
    await manager.query('UPDATE issuer_sequence SET unlisted_up_to = 0');
  });
}
