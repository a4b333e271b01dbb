import type { Logger } from '../platform/logger.js';
import { createWakeUp } from '../platform/wake-up.js';
import type { Source } from '../province-system.js';
import { observeAnswers, type ObserveTerms } from './observe.js';

const LONGEST_RETRY_MS = 30_000;

/** What polling is made of. */
export interface PollOptions {
  readonly readChanges: NonNullable<Source['readChanges']>;
  readonly readCursor: () => Promise<string | undefined>;
  readonly observe: ObserveTerms;
  readonly intervalMs: number;
  /** False while another instance of this adapter polls. */
  readonly isLeading: () => boolean;
  readonly log: Logger;
}

/** Asks the local system for changes. What a poll produced and how far it read are committed together, or not at all. */
export class PollSchedule {
  readonly #wakeUp = createWakeUp();
  #stopped = false;
  #isFollowing = false;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: PollOptions) {}

  /** Whether the last poll succeeded and the end of the changes has been reached: what is attested is what the local system says. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Lets the poll under way end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.wake();
    await this.#running;
  }

  /**
   * One poll.
   *
   * @returns whether anything was new, so that more may wait
   */
  async poll(): Promise<boolean> {
    const { readChanges, readCursor, observe, log } = this.options;
    const from = await readCursor();
    const readAt = observe.position();
    const { answers, cursor } = await readChanges(from);
    if (cursor === from) return false;
    const { stated, refused, withoutStatus } = await observeAnswers(answers, observe, readAt, { from, to: cursor });
    log.debug({ stated, refused: refused.length, withoutStatus }, 'polled');
    if (refused.length > 0) log.warn({ codes: [...new Set(refused.map(({ code }) => code))], refused: refused.length }, 'changes nobody understands');
    return answers.length > 0;
  }

  async #run(): Promise<void> {
    const { intervalMs, isLeading, log } = this.options;
    let retryMs = intervalMs;
    while (!this.#stopped) {
      try {
        const leads = isLeading();
        const hasMore = leads && (await this.poll());
        if (!hasMore) this.#isFollowing = leads;
        retryMs = intervalMs;
        if (!hasMore) await this.#wakeUp.wait(intervalMs);
      } catch (err) {
        this.#isFollowing = false;
        log.warn({ err, retryInMs: retryMs }, 'cannot poll the local system');
        await this.#wakeUp.wait(retryMs);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  }
}
