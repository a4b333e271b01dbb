import { z } from 'zod';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { noTestKnown } from '../../local-format/translate-test-result.js';
import type { LocalAnswer } from '../../local-answer.js';

/** hsjc of the health information; a person without a test has none, or an empty one. */
const HEALTH = z.object({
  data: z.object({
    hsjc: z.object({ hsjcjgmc: z.string().nullish(), hsjcsj: z.string().nullish() }).nullish(),
  }),
});

/** The last test in the content of validateInfo. @throws AdapterError `LOCAL_ANSWER_INVALID` */
export function readTestResult(content: unknown): LocalAnswer['fields'] {
  const { hsjc } = parseAnswer(HEALTH, content).data;
  const { hsjcjgmc, hsjcsj } = hsjc ?? {};
  if (typeof hsjcsj !== 'string') return noTestKnown;
  return { hsjcsj, ...(typeof hsjcjgmc === 'string' ? { hsjcjgmc } : {}) };
}
