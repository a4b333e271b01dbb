import { createDeclaredPeople } from '../../direct-mode/declared-people.js';
import { createDirectModeLocalSystem } from '../../direct-mode/direct-mode-local-system.js';
import type { LocalSystem } from '../../stand-in/local-system.js';
import { OPTIONS, SHANDONG, profile } from './profile.js';

/** STAND-IN for 山东健康通行码: the national code with conversion for people who arrive, and reviews with a default. */
export const localSystem: LocalSystem = createDirectModeLocalSystem(profile, createDeclaredPeople(SHANDONG), OPTIONS);
