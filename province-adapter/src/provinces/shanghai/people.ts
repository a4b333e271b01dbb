import { createSyntheticPeople, type SyntheticPerson } from '../../stand-in/synthetic-people.js';

/** `type` of each synthetic person, in order: mostly green. */
const TYPES = [
  '00',
  '00',
  '01',
  '10',
  '00',
  '00',
  '00',
  '01',
  '00',
  '00',
  '10',
  '00',
  '00',
  '00',
  '01',
  '00',
  '00',
  '00',
  '00',
  '00',
  '01',
  '10',
  '00',
  '00',
];

/** People of the stand-in; none exists. */
export const people: readonly SyntheticPerson[] = createSyntheticPeople(
  '993101',
  TYPES.map((type) => ({ type, usertype: '1' })),
);
