import { readFileSync } from 'node:fs';
import { AdapterError } from '../errors.js';
import type { Mapping } from './mapping-schema.js';

/** The settings of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The secrets a mapping refers to: each is in a file, and a setting names the file.
 *
 * @throws AdapterError `CONFIG_INVALID` with a line for every setting that is missing or names no file
 */
export function readMappedSecrets(secrets: Mapping['secrets'], environment: Environment = process.env): Readonly<Record<string, string>> {
  const problems: string[] = [];
  const read = Object.entries(secrets).map(([name, { fileNamedBy }]) => {
    const path = environment[fileNamedBy] ?? '';
    try {
      if (path !== '') return [name, readFileSync(path, 'utf8').trim()] as const;
      problems.push(`${fileNamedBy} is missing: the mapping file refers to it`);
    } catch {
      problems.push(`${fileNamedBy} names no file that can be read`);
    }
    return [name, ''] as const;
  });
  if (problems.length > 0) throw new AdapterError('CONFIG_INVALID', `bad configuration:\n  ${problems.join('\n  ')}`);
  return Object.fromEntries(read);
}
