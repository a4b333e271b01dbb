import { z } from 'zod';
import type { LocalRoute } from '../stand-in/local-system.js';
import type { ReviewRule } from './direct-mode-options.js';
import { CORRECT_HEALTH, PATHS, QUERY_CORRECTION } from './national-code.js';
import { ok, refuse, route, toSeconds, type NationalCodeContext } from './national-code-route.js';
import type { ReviewOutcome } from './review-rules.js';
import { disputedRecord, isClaimable, statedWords, withDecision, type StoredCorrection } from './stored-correction.js';
import type { Trips } from './trips.js';
import { addWorkingHours, nextDayAt } from './working-hours.js';

/** Hour of the next day by which a correction is answered. Shandong's; elsewhere it is a date that nothing follows from. */
const DUE_HOUR = 18;

/** How many corrections are read at once. */
const BATCH = 500;

/** Where the staff decide. Ours: no interface for them is known. */
export const REVIEW_PATH = '/stand-in/review';

const REVIEW = z.object({ ticket: z.string(), decision: z.enum(['uphold', 'reject']) });

/** Decided without effect yet, or to be decided by the clock. Where nothing follows from the due date, only the staff decide. */
const isUnfinished = ({ state, isEffective, answerBy }: StoredCorrection): boolean =>
  state === 'received' ? answerBy !== undefined : isEffective !== true;

/** Corrections of one province's national code. */
export interface Corrections {
  /** 6.8, how a correction stands, and the staff's own port. */
  readonly routes: readonly LocalRoute[];
  /** Decides what fell due, and finishes what was decided before a crash. */
  settleDue(): Promise<void>;
}

/** 纠错 and 复核. @param rule what becomes of a correction nobody answers; without one it stays as it was received */
export function createCorrections(
  { store, province, now, randomHex }: NationalCodeContext,
  trips: Pick<Trips, 'change'>,
  rule: ReviewRule | undefined,
): Corrections {
  /** What is to be done, by ticket: followed from the store, so that a restart begins where the last run ended. */
  const unfinished = new Map<string, StoredCorrection>();
  let followed = 0;
  /** Without a rule nothing falls due: the store is looked at after a start and after a decision, and not all the time. */
  let isLookedThrough = false;

  /** The person's record first learns of a decision that is stored: said again it changes nothing. */
  const makeEffective = async (ticket: string, correction: StoredCorrection): Promise<void> => {
    // With the trips that the decision did not know of: who declared one since is not green in between.
    await trips.change(correction.person, (person) => withDecision(person, correction, province));
    await store.corrections.change(ticket, (stored) => ({ ...stored, isEffective: true }));
  };
  /** One decision for each ticket: of two at once the first is taken. */
  const decide = async (ticket: string, state: ReviewOutcome, decidedAt: number): Promise<boolean> => {
    let decided: StoredCorrection | undefined;
    try {
      await store.corrections.change(ticket, (stored) => {
        decided = stored.state === 'received' ? { ...stored, state, decidedAt } : undefined;
        return decided;
      });
      if (decided !== undefined) await makeEffective(ticket, decided);
    } finally {
      // A database that went away in between leaves a decision without effect.
      isLookedThrough = false;
    }
    return decided !== undefined;
  };

  const follow = async (): Promise<void> => {
    for (;;) {
      const changed = await store.corrections.listAfter(followed, BATCH);
      for (const { id, body, sequence } of changed) {
        followed = sequence;
        if (isUnfinished(body)) unfinished.set(id, body);
        else unfinished.delete(id);
      }
      if (changed.length < BATCH) return;
    }
  };

  const settleUnfinished = async (): Promise<void> => {
    await follow();
    for (const [ticket, correction] of unfinished) {
      const { state, dueAt } = correction;
      if (state !== 'received') await makeEffective(ticket, correction);
      else if (toSeconds(now()) >= dueAt) await decide(ticket, 'decided-by-default', dueAt);
    }
  };

  return {
    routes: [
      route(PATHS.correctHealth, CORRECT_HEALTH, async (correction) => {
        const reference = await store.references.find(correction.subjectReference);
        const person = reference === undefined ? undefined : await store.people.find(reference.person);
        if (person === undefined) return refuse('PERSON_UNKNOWN');
        if (!isClaimable(correction)) return refuse('REQUEST_INVALID');
        const ticket = `JC${randomHex(12)}`;
        const dueAt = toSeconds(nextDayAt(now(), rule?.decidedAtHour ?? DUE_HOUR));
        await store.corrections.put(ticket, {
          ...correction,
          person: person.id,
          disputed: statedWords(person),
          ...disputedRecord(person),
          receivedAt: toSeconds(now()),
          state: 'received',
          dueAt,
          ...(rule === undefined ? {} : { answerBy: toSeconds(addWorkingHours(now(), rule.workingHours)) }),
        });
        return ok({ ticket, state: 'received', dueAt });
      }),
      route(PATHS.queryCorrection, QUERY_CORRECTION, async ({ ticket }) => {
        const stored = await store.corrections.find(ticket);
        if (stored === undefined) return refuse('TICKET_UNKNOWN');
        const { state, dueAt, decidedAt } = stored;
        return ok({ state, dueAt, ...(decidedAt === undefined ? {} : { decidedAt }) });
      }),
      route(
        REVIEW_PATH,
        REVIEW,
        async ({ ticket, decision }) => {
          const stored = await store.corrections.find(ticket);
          if (stored === undefined) return { refused: 'ticket-unknown' };
          const at = toSeconds(now());
          if (decision === 'reject' && stored.answerBy !== undefined && at >= stored.answerBy) return { refused: 'too-late-to-reject' };
          const state = decision === 'uphold' ? 'upheld' : 'rejected';
          return (await decide(ticket, state, at)) ? { state } : { refused: 'decided-already' };
        },
        { refused: 'request-invalid' },
      ),
    ],
    async settleDue() {
      if (rule === undefined && isLookedThrough) return;
      isLookedThrough = true;
      try {
        await settleUnfinished();
      } catch (cause) {
        isLookedThrough = false;
        throw cause;
      }
    },
  };
}
