import { createDirectModeSource } from '../../direct-mode/direct-mode-source.js';
import type { Source, SourceOptions } from '../../province-system.js';
import { profile } from './profile.js';

/** Speaks the national code: pushed to, queried on demand. */
export function createSource(options: SourceOptions, now: () => number = Date.now): Source {
  return createDirectModeSource(profile.code, options, now);
}
