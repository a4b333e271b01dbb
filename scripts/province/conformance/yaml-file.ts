import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConformanceError, type ConformanceErrorCode } from './errors.js';

/**
 * A file of YAML 1.2 that is exactly of a form.
 *
 * @param readAs `texts` takes every scalar for a text, so that `00` stays `00`
 * @throws ConformanceError `code`, with a line for every fault
 */
export function readYaml<T>(file: string, schema: z.ZodType<T>, code: ConformanceErrorCode, readAs: 'values' | 'texts' = 'values'): T {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConformanceError(code, `${file} cannot be read`, { cause });
  }
  const document = parseDocument(text, { schema: readAs === 'texts' ? 'failsafe' : 'core' });
  const [broken] = document.errors;
  if (broken !== undefined) throw new ConformanceError(code, `${file}: ${broken.message}`);
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `${file}: ${path.join('.') || '(whole file)'}: ${message}`);
  throw new ConformanceError(code, lines.join('\n'));
}
