import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from './logger.js';
import { createWakeUp } from './wake-up.js';

/** Milliseconds between two looks at the files. */
export const LOOK_INTERVAL_MS = 3000;

/** Longest time between two attempts at a copy that is good and cannot be used yet. */
const LONGEST_RETRY_MS = 60_000;

/** Files that are used together, and what is done with a new copy of them. */
export interface WatchedFiles<Copy> {
  /** The settings that name them, for the log. */
  readonly name: string;
  readonly paths: readonly string[];
  /** @throws whatever is wrong with them; files that are being replaced may not fit together */
  readonly parse: (contents: readonly Buffer[]) => Promise<Copy> | Copy;
  /**
   * Takes a copy into use, or does nothing where it is in use. What fails leaves in use what was.
   *
   * @returns whether all is done; otherwise, and where it throws, it is asked again with the same copy
   */
  readonly adopt: (copy: Copy) => Promise<boolean>;
}

/** How a watch looks. */
export interface FileWatchOptions {
  readonly log: Logger;
  /** {@link LOOK_INTERVAL_MS} when absent. */
  readonly intervalMs?: number;
}

/**
 * Takes changed files into use without a restart. What cannot be read or understood is told once, and what was good stays: a file
 * may be half written, or replaced before the one that belongs to it.
 */
export class FileWatch<Copy> {
  readonly #wakeUp = createWakeUp();
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  /** Digest of what was parsed last, and of what was told of last. */
  #known = '';
  #told = '';
  #waiting: { readonly copy: Copy; readonly notBefore: number; readonly pauseMs: number } | undefined;

  constructor(
    private readonly files: WatchedFiles<Copy>,
    private readonly options: FileWatchOptions,
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.wake();
    await this.#running;
  }

  /** One look; what is new is in use when it resolves, if it can be. Never rejects. */
  async look(): Promise<void> {
    const { name, paths, parse } = this.files;
    let contents: readonly Buffer[];
    try {
      contents = await Promise.all(paths.map((path) => readFile(path)));
    } catch (err) {
      this.#tellOnce('unreadable', () => this.options.log.error({ err }, `${name} cannot be read: the last good copy stays in use`));
      return;
    }
    const digest = contents.map((content) => createHash('sha256').update(content).digest('base64')).join();
    if (digest !== this.#known) {
      try {
        const copy = await parse(contents);
        this.#known = digest;
        this.#waiting = { copy, notBefore: 0, pauseMs: this.#intervalMs };
      } catch (err) {
        this.#tellOnce(digest, () => this.options.log.error({ err }, `${name} is changed and cannot be used: the last good copy stays in use`));
        return;
      }
    }
    if (this.#waiting === undefined) this.#told = '';
    await this.#adopt();
  }

  get #intervalMs(): number {
    return this.options.intervalMs ?? LOOK_INTERVAL_MS;
  }

  #tellOnce(what: string, tell: () => void): void {
    if (this.#told === what) return;
    this.#told = what;
    tell();
  }

  async #adopt(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting === undefined || performance.now() < waiting.notBefore) return;
    try {
      if (await this.files.adopt(waiting.copy)) this.#waiting = undefined;
      this.#told = '';
    } catch (err) {
      this.#tellOnce(this.#known, () => this.options.log.error({ err }, `${this.files.name} is changed and not yet used: what was in use stays, and it is tried again`));
      this.#waiting = { ...waiting, notBefore: performance.now() + waiting.pauseMs, pauseMs: Math.min(waiting.pauseMs * 2, LONGEST_RETRY_MS) };
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.look();
      await this.#wakeUp.wait(this.#intervalMs);
    }
  }
}
