/** What the hub leans on. `lookup`: whether the ledger has been read into memory. */
export const DEPENDENCIES = ['database', 'nats', 'lookup'] as const;

/** One of {@link DEPENDENCIES}. */
export type Dependency = (typeof DEPENDENCIES)[number];

/** Asks one dependency whether it answers; a rejection means no. */
export type Probe = () => Promise<boolean>;

/** Milliseconds between two rounds, and that one answer may take. */
export const READINESS = { intervalMs: 1000, timeoutMs: 2000 } as const;

/** Whether each dependency answered when last asked; asked in rounds, so that no caller of a health check can cause load. */
export class Readiness {
  readonly #probes: Readonly<Record<Dependency, Probe>>;
  #up: Readonly<Record<Dependency, boolean>> = { database: false, nats: false, lookup: false };

  constructor(probes: Readonly<Record<Dependency, Probe>>) {
    this.#probes = probes;
  }

  /** The last answer of each. */
  get up(): Readonly<Record<Dependency, boolean>> {
    return this.#up;
  }

  /** Whether every one of `needed` answered. */
  isUp(needed: readonly Dependency[] = DEPENDENCIES): boolean {
    return needed.every((dependency) => this.#up[dependency]);
  }

  /** Asks all of them. Never rejects. */
  async refresh(): Promise<void> {
    const [database, nats, lookup] = await Promise.all(DEPENDENCIES.map((dependency) => answers(this.#probes[dependency])));
    this.#up = { database: database === true, nats: nats === true, lookup: lookup === true };
  }
}

async function answers(probe: Probe): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => { resolve(false); }, READINESS.timeoutMs);
  });
  try {
    return await Promise.race([probe(), tooLate]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
