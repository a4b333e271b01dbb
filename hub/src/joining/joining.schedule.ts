import type { Logger } from '../platform/logger.js';

/** Milliseconds between two rounds. */
const INTERVAL_MS = 3_600_000;

/** Forgets, once an hour, what has long ended of joining: tokens, nonces, certificates. Every replica may do it. */
export class JoiningSchedule {
  readonly #ended: { deleteEnded(): Promise<number> };
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(ended: { deleteEnded(): Promise<number> }, logger: Pick<Logger, 'info' | 'warn'>) {
    this.#ended = ended;
    this.#logger = logger;
  }

  /** Begins with a round at once: a hub that is often restarted forgets no less. */
  start(): void {
    const round = (): void => { this.#round = this.#round.then(() => this.forget()); };
    round();
    this.#timer = setInterval(round, INTERVAL_MS);
  }

  /** Ends after the round under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  /** One round. Never rejects: what fails is tried again in the next one. */
  async forget(): Promise<void> {
    try {
      const deleted = await this.#ended.deleteEnded();
      if (deleted > 0) this.#logger.info({ deleted }, 'what had long ended of joining was deleted');
    } catch (error) {
      this.#logger.warn({ err: error }, 'what has long ended of joining could not be deleted; the next round tries again');
    }
  }
}
