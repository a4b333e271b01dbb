import { RESULT_PENDING } from '../../stand-in/pending-result.js';
import { createSyntheticPeople, type SyntheticPerson } from '../../stand-in/synthetic-people.js';

/** `data.code` of each synthetic person, in order: mostly 未见异常, every other value at least once. */
const CODES = [
  '0',
  '0',
  '1',
  '2',
  '0',
  '0',
  '-7',
  '51',
  '-1',
  '-3',
  '4',
  '0',
  '0',
  '1',
  '0',
  '0',
  '2',
  '0',
  '0',
  '0',
  '1',
  '0',
  '0',
  '0',
];

/** `detResult` of the last test of the first people, in order; the others were not tested. */
const TESTS = ['阴性', '阴性', '阴性', '阳性', RESULT_PENDING, '阴性'];

/** People of the stand-in; none exists. */
export const people: readonly SyntheticPerson[] = createSyntheticPeople(
  '991101',
  CODES.map((code, index) => ({ code, ...(TESTS[index] === undefined ? {} : { detResult: TESTS[index] }) })),
);
