import { EVIDENCE_CLASSES } from './health-status.js';

/**
 * Forms of claims as the insides of regular expressions, for the two readers of a payload: the one that names what is wrong, and
 * the one that reads only what is right.
 */
export const CLAIM_FORMS = {
  identifier: String.raw`[A-Za-z0-9][A-Za-z0-9._:-]{0,63}`,
  reason: '[A-Z][A-Z0-9_]{0,63}',
  authority: '[0-9A-Z]{6,18}',
  evidence: EVIDENCE_CLASSES.join('|'),
} as const;

/** A form, and nothing before or after it. */
export const wholly = (form: string): RegExp => new RegExp(`^(?:${form})$`);
