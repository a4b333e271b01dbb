import { createSyntheticPeople, type SyntheticPerson } from '../../stand-in/synthetic-people.js';

/** `level` of each synthetic person, in order: mostly green. */
const LEVELS = [
  'green',
  'green',
  'yellow',
  'red',
  'green',
  'green',
  'green',
  'yellow',
  'green',
  'green',
  'red',
  'green',
  'green',
  'green',
  'green',
  'yellow',
  'green',
  'green',
  'green',
  'red',
  'green',
  'green',
];

/** People of the stand-in; none exists. */
export const people: readonly SyntheticPerson[] = createSyntheticPeople(
  '993201',
  LEVELS.map((level) => ({ level })),
);
