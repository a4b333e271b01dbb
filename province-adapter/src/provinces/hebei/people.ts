import { RESULT_PENDING } from '../../stand-in/pending-result.js';
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

/** Words for the last test of the first people, in order; the others were not tested. */
const TESTS = ['阴性', '阴性', '阴性', '阳性', RESULT_PENDING, '阴性'];

/** People of the stand-in; none exists. */
export const people: readonly SyntheticPerson[] = createSyntheticPeople(
  '991301',
  GRADES.map((fxdj, index) => ({ fxdj, ...(TESTS[index] === undefined ? {} : { hsjcjgmc: TESTS[index] }) })),
);
