import type { DataSource } from 'typeorm';

/** 一号多签: an identity under which an issuer signed more than one text. */
export interface HeldEquivocation {
  readonly issuer: string;
  readonly sequence: number;
  /** SHA-256 of the signed payload of the text that the ledger holds, which stays in force; base64url. */
  readonly contentDigest: string;
}

/** Of one issuer that signs so many numbers twice, nothing stands any more in any case. */
const MOST = 100_000;

/** What is kept as evidence against issuers, as far as a checkpoint without the ledger has to know it. */
export class EquivocationStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /** Those of attestations that have not expired at `now`, seconds since the epoch; at most 100,000. */
  async listStanding(now: number): Promise<readonly HeldEquivocation[]> {
    const rows = await this.#database.query<{ issuer: string; sequence: string; content_digest: Buffer }[]>(
      `SELECT DISTINCT issuer, sequence, held.content_digest
       FROM equivocation JOIN attestation held USING (issuer, sequence)
       WHERE held.expires_at > $1 ORDER BY issuer, sequence LIMIT ${String(MOST)}`,
      [Math.floor(now)],
    );
    return rows.map(({ issuer, sequence, content_digest: digest }) => ({ issuer, sequence: Number(sequence), contentDigest: digest.toString('base64url') }));
  }
}
