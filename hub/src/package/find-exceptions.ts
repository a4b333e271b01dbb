import type { EquivocatedStatement, NotedSource, PackagedExceptions, StatementIdentity } from './package-parts.js';

/** What the ledger alone tells of a statement; AttestedVerifier.noteOf gives it. */
export interface LedgerNote extends StatementIdentity {
  /** Another province contradicts it, or it says something else than the source it names. */
  readonly conflict: boolean;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** Of a converted statement whose source the ledger holds. */
  readonly source?: StatementIdentity & { readonly keyRevoked: boolean; readonly expiresAt: number };
}

/** Which statements are in question at all; {@link Contests} satisfies it. */
export interface QuestionedStatements {
  shared(now: number): Iterable<number>;
  converted(now: number): Iterable<number>;
  renewedInto(current: ReadonlySet<number>, now: number): Iterable<number | undefined>;
}

/** Says of a slot what the ledger tells. `now` in seconds since the epoch. */
export type TakeNote = (slot: number, now: number) => LedgerNote;

const keyOf = ({ issuer, sequence }: StatementIdentity): string => `${issuer}/${String(sequence)}`;

function noteSource({ expiresAt, source }: LedgerNote): NotedSource | undefined {
  if (source === undefined) return undefined;
  const { issuer, sequence, keyRevoked } = source;
  const isShorter = source.expiresAt < expiresAt;
  return keyRevoked || isShorter ? { issuer, sequence, keyRevoked, ...(isShorter ? { expiresAt: source.expiresAt } : {}) } : undefined;
}

/** Whether a statement of itself is one of those that a checkpoint without the ledger has to be told of. */
export const isExceptional = (note: LedgerNote): boolean => note.conflict || noteSource(note) !== undefined;

/**
 * What a checkpoint without the ledger has to be told of single statements, as it is at `now` (seconds since the epoch): everything
 * else it can see by itself. In steps, each of which is short: a country of statements is not gone through in one turn of the process.
 */
export function* findExceptions(statements: QuestionedStatements, takeNote: TakeNote, equivocations: readonly EquivocatedStatement[], now: number): Generator<undefined, PackagedExceptions> {
  const conflicts = new Map<string, StatementIdentity>();
  const sources = new Map<string, NotedSource>();
  const contradicted = new Set<number>();
  const look = (slot: number): boolean => {
    const note = takeNote(slot, now);
    const { issuer, sequence } = note;
    if (note.conflict) conflicts.set(keyOf(note), { issuer, sequence });
    const source = noteSource(note);
    if (source !== undefined) sources.set(keyOf(source), source);
    return note.conflict;
  };
  for (const slot of statements.shared(now)) {
    if (look(slot)) contradicted.add(slot);
    yield;
  }
  for (const slot of statements.converted(now)) {
    look(slot);
    yield;
  }
  for (const slot of statements.renewedInto(contradicted, now)) {
    if (slot !== undefined) look(slot);
    yield;
  }
  return { conflicts: [...conflicts.values()], equivocations, sources: [...sources.values()] };
}

/** Steps between two turns. */
const STEPS = 5000;

/** Runs a generator to its end, and lets `pause` happen now and then. */
export async function runInTurns<Result>(steps: Generator<unknown, Result>, pause: () => Promise<void>): Promise<Result> {
  for (let step = 1; ; step += 1) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (step % STEPS === 0) await pause();
  }
}

/** The same at once: for tests, and where there is little to look at. */
export function runAtOnce<Result>(steps: Generator<unknown, Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
