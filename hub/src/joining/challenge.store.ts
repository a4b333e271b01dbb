import { randomBytes } from 'node:crypto';
import type { ProvinceCode } from '@health-code/attestation';
import type { DataSource } from 'typeorm';
import { HubError } from '../errors.js';
import { nextState } from './members.js';
import type { MembershipStore } from './membership.store.js';

/** Seconds that a challenge is good for. */
export const CHALLENGE_SECONDS = 600;

/** Challenges of one province that may wait at a time; the oldest goes first. */
export const OPEN_CHALLENGES = 16;

/** How one looks: base64url of 32 bytes. */
const FORM = /^[A-Za-z0-9_-]{43}$/;

/** A nonce. `expiresAt` in seconds since the epoch. */
export interface Challenge {
  readonly challenge: string;
  readonly expiresAt: number;
}

/** Keeps nonces until they are used, once. */
export class ChallengeStore {
  readonly #database: DataSource;
  readonly #members: MembershipStore;

  constructor(database: DataSource, members: MembershipStore) {
    this.#database = database;
    this.#members = members;
  }

  /** A new nonce. `now` in seconds since the epoch. @throws HubError MEMBERSHIP_STATE_INVALID */
  issue(province: ProvinceCode, now: number): Promise<Challenge> {
    return this.#database.transaction(async (change) => {
      nextState(await this.#members.stateOf(change, province), 'get-challenge');
      const issued = { challenge: randomBytes(32).toString('base64url'), expiresAt: now + CHALLENGE_SECONDS };
      await change.query('INSERT INTO challenge (challenge, province, expires_at) VALUES ($1, $2, to_timestamp($3))', [issued.challenge, province, issued.expiresAt]);
      await change.query(
        `DELETE FROM challenge WHERE province = $1 AND challenge NOT IN
           (SELECT challenge FROM challenge WHERE province = $1 AND expires_at > to_timestamp($2) ORDER BY expires_at DESC, challenge = $4 DESC LIMIT $3)`,
        [province, now, OPEN_CHALLENGES, issued.challenge],
      );
      return issued;
    });
  }

  /**
   * Uses a nonce up, whatever becomes of what holds it. Of two at once one wins.
   * @param now seconds since the epoch
   * @throws HubError CHALLENGE_INVALID for one that is unknown, over, another province's or used
   */
  async use(province: ProvinceCode, challenge: string, now: number): Promise<void> {
    const refused = (): HubError => new HubError('CHALLENGE_INVALID', 'the challenge is unknown, over, another province’s or was used');
    // The database takes no text with NUL in it.
    if (!FORM.test(challenge)) throw refused();
    const [used] = await this.#database.query<[unknown[], number]>('DELETE FROM challenge WHERE challenge = $1 AND province = $2 AND expires_at > to_timestamp($3) RETURNING 1', [
      challenge,
      province,
      now,
    ]);
    if (used.length === 0) throw refused();
  }
}
