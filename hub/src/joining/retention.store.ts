import type { DataSource } from 'typeorm';
import { MEMBERSHIP_EVENTS } from './membership-events.js';

/** Refusals; the rest of the log is history and stays. */
const REFUSALS = MEMBERSHIP_EVENTS.filter((name) => name.endsWith('.refused'));

/** What is deleted, and how long after its end. */
const STATEMENTS: readonly { readonly text: string; readonly parameters: readonly unknown[] }[] = [
  { text: `DELETE FROM challenge WHERE expires_at < now()`, parameters: [] },
  { text: `DELETE FROM invitation WHERE expires_at < now() - interval '30 days'`, parameters: [] },
  { text: `DELETE FROM member_certificate WHERE expires_at < now() - interval '365 days'`, parameters: [] },
  { text: `DELETE FROM checkpoint_device WHERE expires_at < now() - interval '365 days'`, parameters: [] },
  { text: `DELETE FROM check_report WHERE received_at < now() - interval '40 days'`, parameters: [] },
  { text: `DELETE FROM check_count WHERE hour < now() - interval '400 days'`, parameters: [] },
  { text: `DELETE FROM nats_user WHERE expires_at < now()`, parameters: [] },
  { text: `DELETE FROM membership_event WHERE at < now() - interval '400 days' AND name = ANY ($1::text[])`, parameters: [REFUSALS] },
];

/** Forgets what has long ended. */
export class RetentionStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /** @returns how many rows went */
  async deleteEnded(): Promise<number> {
    let deleted = 0;
    for (const { text, parameters } of STATEMENTS) {
      const [, count] = await this.#database.query<[unknown[], number]>(text, [...parameters]);
      deleted += count;
    }
    return deleted;
  }
}
