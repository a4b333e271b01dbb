import type { ZodType } from 'zod';
import { isLoopback } from '../config.js';
import { AdapterError } from '../errors.js';
import type { SourceOptions } from '../province-system.js';

/**
 * What LOCAL_SYSTEM_CREDENTIALS_FILE says; absent where nothing is configured and the local system is a stand-in of this machine,
 * whose credentials everybody knows. Anywhere else they would be sent to a stranger, and prove nothing to anybody.
 *
 * @throws AdapterError `CONFIG_INVALID` where nothing is configured and the local system is on another machine
 */
export function findConfiguredCredentials({ baseUrl, credentials }: Pick<SourceOptions, 'baseUrl' | 'credentials'>): SourceOptions['credentials'] {
  if (credentials === undefined && !isLoopback(new URL(baseUrl).hostname.replace(/^\[|\]$/g, ''))) {
    throw new AdapterError('CONFIG_INVALID', 'LOCAL_SYSTEM_CREDENTIALS_FILE is missing: LOCAL_SYSTEM_URL is not a loopback address');
  }
  return credentials;
}

/**
 * Credentials in the form a local system wants them: the configured ones, or those that its stand-in is known to take.
 *
 * @param needs what has to stand in the file, for the message
 * @throws AdapterError `CONFIG_INVALID` as {@link findConfiguredCredentials}, and for configured ones of another form
 */
export function getCredentials<T>(options: Pick<SourceOptions, 'baseUrl' | 'credentials'>, schema: ZodType<T>, standIn: T, needs: string): T {
  const configured = findConfiguredCredentials(options);
  if (configured === undefined) return standIn;
  const parsed = schema.safeParse(configured);
  if (!parsed.success) throw new AdapterError('CONFIG_INVALID', `LOCAL_SYSTEM_CREDENTIALS_FILE needs ${needs}`);
  return parsed.data;
}
