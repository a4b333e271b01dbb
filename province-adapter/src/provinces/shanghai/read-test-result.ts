import { z } from 'zod';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { noTestKnown } from '../../local-format/translate-test-result.js';
import type { LocalAnswer } from '../../local-answer.js';

/** The members of a test that are read. name, card_type_name and test_orgname stand beside them: names of a person and of a laboratory. */
const TEST = z.object({
  nat_result: z.string().nullish(),
  sample_date: z.string(),
  report_date: z.string().nullish(),
  collect_mode: z.string().nullish(),
});

/** The last test; `null` for somebody without one. @throws AdapterError `LOCAL_ANSWER_INVALID` */
export function readTestResult(data: unknown): LocalAnswer['fields'] {
  const test = parseAnswer(TEST.nullable(), data);
  if (test === null) return noTestKnown;
  return Object.fromEntries(Object.entries(test).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
