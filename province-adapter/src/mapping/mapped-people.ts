import { createSyntheticPeople, type SyntheticPerson } from '../stand-in/synthetic-people.js';
import type { StandInFixture } from './fixture-schema.js';
import { startOfDay } from './time-format.js';

/** 99 begins no region of GB/T 2260: nobody real has such a number. */
const regionOf = (code: string): string => `99${code.slice(0, 2)}01`;

/** What the stand-in of a mapping holds of each of its people. */
export function heldOf({ people }: StandInFixture): readonly Readonly<Record<string, string>>[] {
  return people.map((person) => (typeof person === 'string' ? { status: person } : person));
}

/**
 * The people of a mapping's stand-in, in the order of the fixture.
 *
 * @param statusField what the local system calls the status
 * @param code GB/T 2260 code of the province
 */
export function createMappedPeople(fixture: StandInFixture, statusField: string, code: string): readonly SyntheticPerson[] {
  return createSyntheticPeople(regionOf(code), heldOf(fixture).map(({ status = '', ...others }) => ({ ...others, [statusField]: status })));
}

/** Since when what is held of a person stands: of whom it never changed, since the beginning of the day. Milliseconds since the epoch. */
export function changeOf({ changedAt }: SyntheticPerson, now: number, zone: string): number {
  return changedAt === 0 ? startOfDay(Math.floor(now / 1000), zone) * 1000 : changedAt;
}
