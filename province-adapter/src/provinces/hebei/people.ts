import { createSyntheticPeople, type SyntheticPerson } from '../../stand-in/synthetic-people.js';

/** `fxdj` of each synthetic person, in order: mostly low risk; one has no grade. */
const GRADES = [
  '00',
  '00',
  '01',
  '10',
  '00',
  '00',
  '01',
  '00',
  '20',
  '00',
  '10',
  '00',
  '00',
  '01',
  '00',
  '00',
  '00',
  '10',
  '00',
  '00',
  '00',
  '00',
  '00',
  '00',
];

/** People of the stand-in; none exists. */
export const people: readonly SyntheticPerson[] = createSyntheticPeople(
  '991301',
  GRADES.map((fxdj) => ({ fxdj })),
);
