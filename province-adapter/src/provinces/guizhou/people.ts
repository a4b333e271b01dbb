import { createDeclaredPeople } from '../../direct-mode/declared-people.js';
import type { SyntheticPerson } from '../../stand-in/synthetic-people.js';
import { profile } from './profile.js';

/** People of the stand-in; none exists. */
export const people: readonly SyntheticPerson[] = createDeclaredPeople(profile.code);
