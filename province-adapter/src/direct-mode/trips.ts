import { isDeepStrictEqual } from 'node:util';
import { endOfChinaDay } from '../local-format/china-time.js';
import type { RiskLevels } from '../risk-level/risk-levels.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import type { DeclareTrip } from './national-code.js';
import { toSeconds, type NationalCodeContext } from './national-code-route.js';
import { isRecent, withTripRisk, type StoredTrips } from './trip-risk.js';

/** How many declarations are read at once. */
const BATCH = 500;

/** 行程 declared in one province's national code, and what follows from them. Where somebody was stays here. */
export interface Trips {
  /** 6.3. Returns 行程申报编号. */
  declare(person: string, declaration: DeclareTrip): Promise<string>;
  /** One atomic change of a person's record, as the trips declared so far leave it. Returns what is stored then. */
  change(person: string, change: (stored: SyntheticPerson) => SyntheticPerson | undefined): Promise<SyntheticPerson | undefined>;
  /** Looks at everybody's trips again when a risk level changed or a day began. */
  settleDue(): Promise<void>;
}

/** @param readRiskLevels undefined while it is not known what is known: then nobody comes under a rule, and nobody leaves one */
export function createTrips(
  { store, province, now, randomHex }: NationalCodeContext,
  readRiskLevels: () => Promise<RiskLevels | undefined> = () => Promise.resolve(undefined),
): Trips {
  /** By person, then by declaration: followed from the store, so that a restart begins where the last run ended. */
  const declared = new Map<string, Map<string, StoredTrips>>();
  let followed = 0;
  let levels: RiskLevels | undefined;
  /** What everybody was last looked at with, and when that is to be done again at the latest, in milliseconds since the epoch. */
  let seen: RiskLevels | undefined;
  let lookAgainAt = 0;

  const follow = async (): Promise<void> => {
    for (;;) {
      const changed = await store.trips.listAfter(followed, BATCH);
      for (const { id, body, sequence } of changed) {
        followed = sequence;
        declared.set(body.person, (declared.get(body.person) ?? new Map<string, StoredTrips>()).set(id, body));
      }
      if (changed.length < BATCH) return;
    }
  };
  const tripsOf = (person: string): readonly StoredTrips[] => [...(declared.get(person)?.values() ?? [])];
  const assessStored = async (person: string): Promise<void> => {
    await store.people.change(person, (stored) => withTripRisk(stored, tripsOf(person), levels, province, now()));
  };

  return {
    async declare(person, declaration) {
      const tripId = `XC${randomHex(12)}`;
      await store.trips.put(tripId, { ...declaration, person, declaredAt: toSeconds(now()) });
      await follow();
      await assessStored(person);
      return tripId;
    },
    async change(person, change) {
      await follow();
      return store.people.change(person, (stored) => {
        const changed = change(stored);
        if (changed === undefined) return undefined;
        // With the trips of this very moment: one declared since is not followed yet, and looks at the record after this change.
        const assessed = withTripRisk(changed, tripsOf(person), levels, province, now(), stored) ?? changed;
        return isDeepStrictEqual(assessed, stored) ? undefined : assessed;
      });
    },
    async settleDue() {
      await follow();
      // Here alone: nobody who declares waits for an adapter that is away.
      levels = await readRiskLevels();
      if (levels === undefined || (levels === seen && now() < lookAgainAt)) return;
      const [read, next] = [levels, endOfChinaDay(now())];
      for (const person of declared.keys()) {
        await assessStored(person);
        if (!tripsOf(person).some(({ trips }) => trips.some((trip) => isRecent(trip, now())))) declared.delete(person);
      }
      seen = read;
      lookAgainAt = next;
    },
  };
}
