import type { IdentityDocument } from '@health-code/attestation';
import { z } from 'zod';
import type { LocalHttp } from '../local-http/local-http.js';
import { findIdentityDocument } from './identity.js';
import { parseAnswer } from './parse-answer.js';

/**
 * Documented local answers carry a masked identity or none. An adapter runs inside its province, so the province gives it the
 * person by a port of its own; these two are this project's addition to the stand-ins, and no documented local interface.
 */
const RESOLVED = z.discriminatedUnion('found', [
  z.object({ found: z.literal(false) }),
  z.object({ found: z.literal(true), documentType: z.string(), documentNumber: z.string() }),
]);
const FOUND = z.discriminatedUnion('found', [
  z.object({ found: z.literal(false) }),
  z.object({ found: z.literal(true), handle: z.record(z.string(), z.string()) }),
]);

/** The identity behind a scanned code; absent where the province has none, or one of a type that cannot be referred to. */
export async function resolveIdentity(
  http: LocalHttp,
  code: string,
  signal?: AbortSignal,
): Promise<IdentityDocument | undefined> {
  const answer = await http.requestJson({
    method: 'POST',
    path: '/stand-in/resolve',
    json: { code },
    ...(signal === undefined ? {} : { signal }),
  });
  const resolved = parseAnswer(RESOLVED, answer);
  return resolved.found ? findIdentityDocument(resolved.documentType, resolved.documentNumber) : undefined;
}

/** What the documented interface must be asked with to answer about this person; absent where the province has no such person. */
export async function findHandle(
  http: LocalHttp,
  document: IdentityDocument,
): Promise<Readonly<Record<string, string>> | undefined> {
  const answer = await http.requestJson({
    method: 'POST',
    path: '/stand-in/find',
    json: { documentType: document.type, documentNumber: document.number },
  });
  const found = parseAnswer(FOUND, answer);
  return found.found ? found.handle : undefined;
}
