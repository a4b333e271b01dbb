import { createDirectModeLocalSystem } from '../../direct-mode/direct-mode-local-system.js';
import type { LocalSystem } from '../../stand-in/local-system.js';
import { people } from './people.js';
import { profile } from './profile.js';

/** RECONSTRUCTION of 贵州's use of the national code. */
export const localSystem: LocalSystem = createDirectModeLocalSystem(profile, people);
