import type { LocalPerson } from '../clients/stand-in.js';
import type { Colour, CountryNode } from './nodes.js';

/** Somebody who travels, with the colour that the local system gives now. */
export interface Traveller {
  readonly home: CountryNode;
  readonly person: LocalPerson;
  colour: Colour;
  /** Grows with every change of the colour, before it is told to anybody: whoever saw it grow cannot say which colour was right. */
  changes: number;
  /** Whether a change is on its way to checkpoints. */
  isChanging: boolean;
  /** Whether the colour may change: one of each stays as it is, so that every province always has all three. */
  readonly mayChange: boolean;
}

const ALL_COLOURS: readonly Colour[] = ['green', 'yellow', 'red'];

/** Everybody of every province whose colour is one of the three, as travellers. */
export function createPopulation(nodes: readonly CountryNode[]): readonly Traveller[] {
  return nodes.flatMap((home) =>
    ALL_COLOURS.flatMap((colour) => home.people[colour].map((person, place): Traveller => ({ home, person, colour, changes: 0, isChanging: false, mayChange: place > 0 }))),
  );
}

/** One of a list; the list is not empty. @param random 0 to 1, exclusive of 1 */
export function pick<T>(list: readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
}

/** The colour somebody gets next: back to green, or to one of the others. */
export const nextColour = (colour: Colour, random: () => number): Colour => (colour === 'green' ? pick(['yellow', 'red'] as const, random) : 'green');
