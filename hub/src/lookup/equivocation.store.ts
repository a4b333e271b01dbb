import type { DataSource } from 'typeorm';

/** 一号多签: an identity under which an issuer signed more than one text. */
export interface HeldEquivocation {
  readonly issuer: string;
  readonly sequence: number;
  /** SHA-256 of the signed payload of the text that the ledger holds, which stays in force; base64url. */
  readonly contentDigest: string;
}

/** Of one issuer that signs so many numbers twice, nothing stands any more in any case. Those of a whole country fit into the package. */
const MOST_OF_ONE = 5000;

/** What is kept as evidence against issuers, as far as a checkpoint without the ledger has to know it. */
export class EquivocationStore {
  readonly #database: DataSource;
  readonly #mostOfOne: number;

  constructor(database: DataSource, mostOfOne = MOST_OF_ONE) {
    this.#database = database;
    this.#mostOfOne = mostOfOne;
  }

  /** Those of attestations that have not expired at `now`, seconds since the epoch; of each issuer the first 5000. */
  async listStanding(now: number): Promise<readonly HeldEquivocation[]> {
    const rows = await this.#database.query<{ issuer: string; sequence: string; content_digest: Buffer }[]>(
      `SELECT issuer, sequence, content_digest FROM (
         SELECT issuer, sequence, held.content_digest, row_number() OVER (PARTITION BY issuer ORDER BY sequence) AS place
         FROM (SELECT DISTINCT issuer, sequence FROM equivocation) AS twice JOIN attestation held USING (issuer, sequence) WHERE held.expires_at > $1
       ) AS standing WHERE place <= $2 ORDER BY issuer, sequence`,
      [Math.floor(now), this.#mostOfOne],
    );
    return rows.map(({ issuer, sequence, content_digest: digest }) => ({ issuer, sequence: Number(sequence), contentDigest: digest.toString('base64url') }));
  }
}
