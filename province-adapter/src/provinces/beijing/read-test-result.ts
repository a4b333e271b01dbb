import { z } from 'zod';
import { noTestKnown } from '../../local-format/translate-test-result.js';
import type { LocalAnswer } from '../../local-answer.js';

/** `data` of codeHsjc/resultQuery, as far as it is read; `null` for somebody without a test. */
export const TEST = z.object({ detTime: z.string(), detResult: z.string().nullish() }).nullable();

/** The last test. */
export function testFields(test: z.infer<typeof TEST>): LocalAnswer['fields'] {
  if (test === null) return noTestKnown;
  const { detTime, detResult } = test;
  return { detTime, ...(typeof detResult === 'string' ? { detResult } : {}) };
}
