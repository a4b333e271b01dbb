import type { KeyRevocation } from './key-revocation.js';

/** Every revocation, in memory, for whoever waits for the next one. */
export class RevocationLog {
  #list: readonly KeyRevocation[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #closing = new AbortController();

  /** Aborted when the hub stops: whoever waits need not. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends every wait, for good. */
  close(): void {
    this.#closing.abort();
  }

  /** Revocations after `id`, in the order of their ids. */
  after(id: number): readonly KeyRevocation[] {
    return this.#list.filter((revocation) => revocation.id > id);
  }

  /** Puts `list`, in the order of ids, in the place of what was known, and wakes whoever waits when there is more of it. */
  replace(list: readonly KeyRevocation[]): void {
    const isMore = (list.at(-1)?.id ?? 0) > (this.#list.at(-1)?.id ?? 0);
    this.#list = [...list];
    if (!isMore) return;
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  /** Until there is a revocation after `id`, or `gone` is aborted; never rejects. */
  next(id: number, gone: AbortSignal): Promise<void> {
    if (gone.aborted || this.after(id).length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        gone.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      gone.addEventListener('abort', wake, { once: true });
    });
  }
}
