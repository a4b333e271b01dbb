import type { ZodType } from 'zod';
import { isLoopback } from '../config.js';
import { AdapterError } from '../errors.js';
import type { SourceOptions } from '../province-system.js';

/** What decides about credentials. */
type CredentialOptions = Pick<SourceOptions, 'baseUrl' | 'credentials' | 'isStandIn'>;

/**
 * Whether the local system is a stand-in of this machine that is asked with credentials everybody knows. That it listens here is
 * not enough: so does a province's own system behind a tunnel, or on a developer's machine.
 */
export const isAskedAsStandIn = ({ baseUrl, credentials, isStandIn }: CredentialOptions): boolean =>
  credentials === undefined && isStandIn === true && isLoopback(new URL(baseUrl).hostname.replace(/^\[|\]$/g, ''));

/**
 * What LOCAL_SYSTEM_CREDENTIALS_FILE says; absent where nothing is configured and the local system is a stand-in of this machine.
 * To any other, a stand-in's credentials would be sent as to a stranger, and prove nothing to anybody.
 *
 * @param needs what has to stand in the file, for the message
 * @throws AdapterError `CONFIG_INVALID` where nothing is configured and the local system is no stand-in of this machine
 */
export function findConfiguredCredentials(options: CredentialOptions, needs: string): SourceOptions['credentials'] {
  if (options.credentials === undefined && !isAskedAsStandIn(options)) {
    throw new AdapterError('CONFIG_INVALID', `LOCAL_SYSTEM_CREDENTIALS_FILE is missing, a JSON object with ${needs}: this local system is no stand-in of this machine (LOCAL_SYSTEM_IS_STAND_IN)`);
  }
  return options.credentials;
}

/**
 * Credentials in the form a local system wants them: the configured ones, or those that its stand-in is known to take.
 *
 * @param needs what has to stand in the file, for the message
 * @throws AdapterError `CONFIG_INVALID` as {@link findConfiguredCredentials}, and for configured ones of another form
 */
export function getCredentials<T>(options: CredentialOptions, schema: ZodType<T>, standIn: T, needs: string): T {
  const configured = findConfiguredCredentials(options, needs);
  if (configured === undefined) return standIn;
  const parsed = schema.safeParse(configured);
  if (!parsed.success) throw new AdapterError('CONFIG_INVALID', `LOCAL_SYSTEM_CREDENTIALS_FILE needs ${needs}`);
  return parsed.data;
}
