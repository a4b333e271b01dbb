import type { Logger } from '../platform/logger.js';

/** Milliseconds between two looks: how long something urgent waits at most. */
export const LOOK_INTERVAL_MS = 500;

/** What is looked at; {@link PackagePublisher} satisfies it. */
export interface Publisher {
  readonly root: { readonly expiresAt: number; readonly refused: unknown };
  open(): void;
  look(): Promise<boolean>;
}

/** Who raises an alarm before the root ends; {@link PackageWatch} satisfies it. */
export interface Watch {
  recordRoot(expiresAt: number, isRefused: boolean): void;
}

/** Keeps the offline package published. A failed look keeps the last good version, and is logged once until one succeeds. */
export class PackageSchedule {
  readonly #publisher: Publisher | undefined;
  readonly #watch: Watch;
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #isFailing = false;
  #isRootRefused = false;
  #round: Promise<void> = Promise.resolve();

  /** Without a publisher there is no package, and nothing happens. */
  constructor(publisher: Publisher | undefined, watch: Watch, logger: Pick<Logger, 'info' | 'warn'>) {
    this.#publisher = publisher;
    this.#watch = watch;
    this.#logger = logger;
  }

  /** Begins; the first version is published, or its failure logged, when this resolves. @throws HubError CONFIG_INVALID for key or roots */
  async start(): Promise<void> {
    if (this.#publisher === undefined) {
      this.#logger.warn('no offline package is published: PACKAGE_ROOT_DIR and PACKAGE_KEY_FILE are not set');
      return;
    }
    this.#publisher.open();
    await this.look();
    this.#schedule();
  }

  /** Ends after the look under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** One look. Never rejects. */
  async look(): Promise<void> {
    try {
      await this.#publisher?.look();
      if (this.#isFailing) this.#logger.info('the offline package is published again');
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#logger.warn({ err: error }, 'the offline package cannot be published; the last good version stays');
      this.#isFailing = true;
    }
    this.#lookAtRoot();
  }

  /** The alarm says that something is refused; why, is said here, once. */
  #lookAtRoot(): void {
    const { expiresAt = Infinity, refused } = this.#publisher?.root ?? {};
    this.#watch.recordRoot(expiresAt, refused !== undefined);
    if (refused !== undefined && !this.#isRootRefused) this.#logger.warn({ err: refused }, 'key and roots of the offline package are refused; those read before are used on');
    this.#isRootRefused = refused !== undefined;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.look().then(() => { this.#schedule(); });
    }, LOOK_INTERVAL_MS);
  }
}
