import { RESULT_PENDING } from '../../stand-in/pending-result.js';
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

/** Last tests of the first people, in order; the others were not tested. */
const TESTS: readonly Readonly<Record<string, string>>[] = [
  { nat_result: '1', collect_mode: '10' },
  { nat_result: '1' },
  { nat_result: '1', collect_mode: '10' },
  { nat_result: 'standin-positive' },
  { nat_result: RESULT_PENDING, collect_mode: '10' },
];

/** People of the stand-in; none exists. */
export const people: readonly SyntheticPerson[] = createSyntheticPeople(
  '993101',
  TYPES.map((type, index) => ({ type, usertype: '1', ...TESTS[index] })),
);
