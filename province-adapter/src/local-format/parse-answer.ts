import type { ZodType } from 'zod';
import { AdapterError } from '../errors.js';

/**
 * An untrusted answer in the shape the local format documents.
 *
 * @throws AdapterError `LOCAL_ANSWER_INVALID`; names the members that were wrong, never their values
 */
export function parseAnswer<T>(schema: ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const members = result.error.issues.map((issue) => issue.path.join('.') || '(whole)').join(', ');
  throw new AdapterError('LOCAL_ANSWER_INVALID', `the local answer is not in its documented form: ${members}`);
}
