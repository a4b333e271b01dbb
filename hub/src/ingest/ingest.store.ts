import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { VerifiedAttestation } from '@health-code/attestation';
import { ADVISORY_LOCK, openDedicatedConnection } from '../platform/database.js';
import type { RefusedMessage } from './check-message.js';
import type { Appended, BatchDecision, HeldEntry } from './ingest.js';
import type { FeedPosition, SetAside, StoredFeed, WriterStore } from './ledger-writer.js';

interface FeedRow {
  readonly issuer: string;
  readonly contiguous_sequence: string;
  readonly highest_sequence: string;
  readonly confirmed_at: string;
  readonly equivocations: string;
  readonly quarantined: string;
}

/** A literal of a PostgreSQL array whose elements hold letters, digits, base64url and dots alone: nothing to quote, whoever wrote them. */
const plainArray = (elements: readonly (string | number | boolean | undefined)[]): string =>
  `{${elements.map((element) => element ?? 'NULL').join(',')}}`;

/** The same for elements that may spell NULL; reasons and rule names hold no quote and no backslash (attestation-claims.ts). */
const quotedArray = (elements: readonly string[]): string => `{"${elements.join('","')}"}`;

/**
 * The one writer of the ledger. It writes on the very connection that holds the ingest lock: a process that has lost the
 * lock has lost the connection, and cannot write.
 */
export class IngestStore implements WriterStore {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /**
   * Connects; `onLost` is told when the connection breaks.
   * @throws HubError DATABASE_UNAVAILABLE
   */
  static async connect(url: string, onLost: (error: Error) => void): Promise<IngestStore> {
    const client = await openDedicatedConnection(url, 'hub-ingest');
    client.on('error', onLost);
    return new IngestStore(client);
  }

  /** Whether this connection is now the only one that may ingest. */
  async tryLock(): Promise<boolean> {
    const { rows } = await this.#client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [ADVISORY_LOCK.ingest]);
    return rows[0]?.locked === true;
  }

  /** Ends the connection, and with it the lock; does not wait long for a server that says nothing. */
  async close(): Promise<void> {
    await Promise.race([this.#client.end().catch(() => undefined), delay(1000, undefined, { ref: false })]);
  }

  /** The index the next ledger entry gets. */
  async nextIndex(): Promise<number> {
    const { rows } = await this.#client.query<{ next: string }>('SELECT coalesce(max(index) + 1, 0) AS next FROM ledger_entry');
    return Number(rows[0]?.next);
  }

  /** Every issuer's feed, with what is held above the contiguous part. */
  async loadFeeds(): Promise<readonly StoredFeed[]> {
    const feeds = await this.#client.query<FeedRow>('SELECT * FROM issuer_feed');
    const islands = await this.#client.query<{ issuer: string; first: string; last: string }>(`
      SELECT issuer, min(sequence) AS first, max(sequence) AS last
      FROM (SELECT issuer, sequence, sequence - row_number() OVER (PARTITION BY issuer ORDER BY sequence) AS island
            FROM ledger_entry JOIN issuer_feed USING (issuer) WHERE sequence > contiguous_sequence) numbered
      GROUP BY issuer, island ORDER BY issuer, first`);
    return feeds.rows.map((row) => ({
      issuer: row.issuer,
      contiguous: Number(row.contiguous_sequence),
      highest: Number(row.highest_sequence),
      confirmedAt: Number(row.confirmed_at),
      equivocations: Number(row.equivocations),
      quarantined: Number(row.quarantined),
      above: islands.rows.filter(({ issuer }) => issuer === row.issuer).map(({ first, last }) => ({ first: Number(first), last: Number(last) })),
    }));
  }

  /** Ledger entries of these identities, by `<issuer>/<sequence>`. */
  async findHeld(identities: readonly { readonly issuer: string; readonly sequence: number }[]): Promise<ReadonlyMap<string, HeldEntry>> {
    const { rows } = await this.#client.query<{ issuer: string; sequence: string; salt: Buffer; leaf_digest: Buffer }>(
      `SELECT issuer, sequence, salt, leaf_digest FROM ledger_entry
       JOIN unnest($1::text[], $2::bigint[]) wanted(issuer, sequence) USING (issuer, sequence)`,
      [identities.map(({ issuer }) => issuer), identities.map(({ sequence }) => sequence)],
    );
    return new Map(rows.map((row) => [`${row.issuer}/${row.sequence}`, { salt: row.salt, leafDigest: row.leaf_digest }]));
  }

  /** Writes a batch in one transaction: all of it or, when this rejects, nothing that may be relied on. */
  async commit(decision: BatchDecision, firstIndex: number, positions: readonly FeedPosition[], now: Date): Promise<readonly SetAside[]> {
    await this.#client.query('BEGIN');
    try {
      if (decision.appended.length > 0) {
        await this.#appendEntries(decision.appended, firstIndex, now);
        await this.#appendAttestations(decision.appended);
      }
      const setAside = await this.#setAside(decision, now);
      if (positions.length > 0) await this.#writePositions(positions);
      await this.#client.query('COMMIT');
      return setAside;
    } catch (error) {
      await this.#client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Digests go as one value each and are cut apart by the database: cheaper than an array of hexadecimal texts. */
  async #appendEntries(appended: readonly Appended[], firstIndex: number, now: Date): Promise<void> {
    await this.#client.query({
      name: 'append-entry',
      text: `INSERT INTO ledger_entry (index, issuer, sequence, salt, leaf_digest, appended_at, kid)
        SELECT $1::bigint + n - 1, issuer, sequence, substring($4::bytea FROM (n * 16 - 15)::int FOR 16),
               substring($5::bytea FROM (n * 32 - 31)::int FOR 32), $6, kid
        FROM unnest($2::text[], $3::bigint[], $7::text[]) WITH ORDINALITY AS batch(issuer, sequence, kid, n)`,
      values: [
        firstIndex,
        plainArray(appended.map(({ attestation }) => attestation.issuer)),
        plainArray(appended.map(({ attestation }) => attestation.sequence)),
        Buffer.concat(appended.map(({ salt }) => salt)),
        Buffer.concat(appended.map(({ leafDigest }) => leafDigest)),
        now,
        plainArray(appended.map(({ kid }) => kid)),
      ],
    });
  }

  async #appendAttestations(appended: readonly Appended[]): Promise<void> {
    const claims = appended.map(({ attestation }) => attestation);
    await this.#client.query({
      name: 'append-attestation',
      text: `INSERT INTO attestation (issuer, sequence, token, token_digest, content_digest, subject_reference, kind, status, reason,
               rule_id, rule_version, issued_at, expires_at, supersedes, is_converted)
        SELECT issuer, sequence, token, substring($4::bytea FROM (n * 32 - 31)::int FOR 32), substring($5::bytea FROM (n * 32 - 31)::int FOR 32),
               subject, kind, status, reason, rule_id, rule_version, issued_at, expires_at, supersedes, is_converted
        FROM unnest($1::text[], $2::bigint[], $3::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                    $12::bigint[], $13::bigint[], $14::bigint[], $15::boolean[]) WITH ORDINALITY
          AS batch(issuer, sequence, token, subject, kind, status, reason, rule_id, rule_version, issued_at, expires_at, supersedes, is_converted, n)`,
      values: [
        plainArray(claims.map(({ issuer }) => issuer)),
        plainArray(claims.map(({ sequence }) => sequence)),
        plainArray(appended.map(({ token }) => token)),
        Buffer.concat(appended.map(({ tokenDigest }) => tokenDigest)),
        Buffer.concat(appended.map(({ contentDigest }) => contentDigest)),
        plainArray(claims.map(({ subject }) => subject)),
        plainArray(claims.map(({ kind }) => kind)),
        plainArray(claims.map(({ status }) => status)),
        quotedArray(claims.map(({ reason }) => reason)),
        quotedArray(claims.map(({ rule }) => rule.id)),
        quotedArray(claims.map(({ rule }) => rule.version)),
        plainArray(claims.map(({ issuedAt }) => issuedAt)),
        plainArray(claims.map(({ expiresAt }) => expiresAt)),
        plainArray(claims.map(({ supersedes }) => supersedes)),
        plainArray(claims.map(({ source }) => source !== undefined)),
      ],
    });
  }

  async #setAside(decision: BatchDecision, now: Date): Promise<readonly SetAside[]> {
    const counts = new Map<string, { equivocations: number; quarantined: number }>();
    const count = (issuers: readonly string[], column: 'equivocations' | 'quarantined'): void => {
      for (const issuer of issuers) {
        const counted = counts.get(issuer) ?? { equivocations: 0, quarantined: 0 };
        counted[column] += 1;
        counts.set(issuer, counted);
      }
    };
    if (decision.equivocations.length > 0) count(await this.#appendEquivocations(decision.equivocations, now), 'equivocations');
    if (decision.quarantined.length > 0) count(await this.#appendQuarantine(decision.quarantined, now), 'quarantined');

    if (counts.size === 0) return [];
    const added = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
    const { rows } = await this.#client.query<{ issuer: string; equivocations: string; quarantined: string }>(
      `INSERT INTO issuer_feed AS feed (issuer, equivocations, quarantined) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
       ON CONFLICT (issuer) DO UPDATE SET equivocations = feed.equivocations + excluded.equivocations,
                                          quarantined = feed.quarantined + excluded.quarantined
       RETURNING issuer, equivocations, quarantined`,
      [added.map(([issuer]) => issuer), added.map(([, { equivocations }]) => equivocations), added.map(([, { quarantined }]) => quarantined)],
    );
    return rows.map((row) => ({ issuer: row.issuer, equivocations: Number(row.equivocations), quarantined: Number(row.quarantined) }));
  }

  async #appendEquivocations(equivocations: readonly VerifiedAttestation[], now: Date): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ issuer: string }>(
      `INSERT INTO equivocation (issuer, sequence, content_digest, token, received_at)
       SELECT issuer, sequence, content_digest, token, $5 FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::text[])
         AS batch(issuer, sequence, content_digest, token)
       ON CONFLICT DO NOTHING RETURNING issuer`,
      [
        equivocations.map(({ attestation }) => attestation.issuer),
        equivocations.map(({ attestation }) => attestation.sequence),
        equivocations.map(({ contentDigest }) => Buffer.from(contentDigest)),
        equivocations.map(({ token }) => token),
        now,
      ],
    );
    return rows.map(({ issuer }) => issuer);
  }

  async #appendQuarantine(refused: readonly RefusedMessage[], now: Date): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ issuer: string }>(
      `INSERT INTO quarantine (issuer, code, size, sha256, stream_sequence, received_at)
       SELECT issuer, code, size, sha256, stream_sequence, $6 FROM unnest($1::text[], $2::text[], $3::int[], $4::bytea[], $5::bigint[])
         AS batch(issuer, code, size, sha256, stream_sequence)
       ON CONFLICT DO NOTHING RETURNING issuer`,
      [
        refused.map(({ issuer }) => issuer),
        refused.map(({ code }) => code),
        refused.map(({ size }) => size),
        refused.map((message) => Buffer.from(message.sha256)),
        refused.map(({ streamSequence }) => streamSequence),
        now,
      ],
    );
    return rows.map(({ issuer }) => issuer);
  }

  /** In the order of issuers, as every writer of this table: two that lock rows in different orders would wait for each other. */
  async #writePositions(positions: readonly FeedPosition[]): Promise<void> {
    const ordered = [...positions].sort((one, other) => (one.issuer < other.issuer ? -1 : 1));
    await this.#client.query({
      name: 'write-positions',
      text: `INSERT INTO issuer_feed AS feed (issuer, contiguous_sequence, highest_sequence) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
        ON CONFLICT (issuer) DO UPDATE SET contiguous_sequence = excluded.contiguous_sequence,
                                           highest_sequence = greatest(feed.highest_sequence, excluded.highest_sequence)`,
      values: [
        plainArray(ordered.map(({ issuer }) => issuer)),
        plainArray(ordered.map(({ contiguous }) => contiguous)),
        plainArray(ordered.map(({ highest }) => highest)),
      ],
    });
  }
}
