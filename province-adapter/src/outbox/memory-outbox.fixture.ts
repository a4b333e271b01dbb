import { standingKey, type About, type NewOutboxEntry, type OutboxAddition, type OutboxView, type StandingEntry } from './outbox-entry.js';

/** An outbox without a database: one transaction at a time is the test's own affair. */
export class MemoryOutbox {
  readonly entries: NewOutboxEntry[] = [];
  /** How often somebody asked what stands. */
  looks = 0;

  findStanding(about: readonly About[]): Promise<ReadonlyMap<string, StandingEntry>> {
    this.looks += 1;
    const standing = about.flatMap((each) => {
      const all = this.entries.filter(({ subject, kind }) => subject === each.subject && kind === each.kind);
      const [last] = all.slice(-1);
      const from = all.findLastIndex(({ earlier }) => earlier === 'shortened' || earlier === 'taken-back');
      const standsUntil = Math.max(...all.slice(Math.max(0, from)).map(({ expiresAt }) => expiresAt));
      return last === undefined ? [] : [[standingKey(each), { token: last.token, standsUntil }] as const];
    });
    return Promise.resolve(new Map(standing));
  }

  async append(about: readonly About[], plan: (view: OutboxView) => Promise<OutboxAddition>): Promise<void> {
    const { entries } = await plan({ lastSequence: this.entries.length, standing: await this.findStanding(about) });
    this.entries.push(...entries);
  }

  readRange(first: number, last: number): Promise<readonly NewOutboxEntry[]> {
    return Promise.resolve(this.entries.filter(({ sequence }) => sequence >= first && sequence <= last));
  }
}
