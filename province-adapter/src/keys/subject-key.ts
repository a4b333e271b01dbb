import type { SubjectKey } from '@health-code/attestation';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { madeForDevelopment, type Environment } from './development-material.js';

const SUBJECT_KEY = z.strictObject({
  version: z.int().min(1).max(9999),
  // 32 bytes are 43 characters.
  secret: z.string().regex(/^[A-Za-z0-9_-]{43,}$/),
  developmentOnly: z.boolean().optional(),
});

/**
 * The key of the subject references, shared by all adapters: `{"version": 1, "secret": "<base64url, at least 32 bytes>"}`, with
 * `"developmentOnly": true` where it was made for development.
 *
 * @throws AdapterError CONFIG_INVALID; the message completes "a file that …"
 */
export function parseSubjectKey(text: string, environment: Environment): SubjectKey {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AdapterError('CONFIG_INVALID', 'is not JSON');
  }
  const parsed = SUBJECT_KEY.safeParse(json);
  if (!parsed.success) throw new AdapterError('CONFIG_INVALID', 'is not {"version", "secret"} with a secret of at least 32 bytes');
  if (environment === 'production' && parsed.data.developmentOnly === true) throw madeForDevelopment();
  return Object.freeze({ version: parsed.data.version, secret: new Uint8Array(Buffer.from(parsed.data.secret, 'base64url')) });
}
