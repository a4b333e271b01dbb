import type { IdentityDocument } from '@health-code/attestation';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { JSON_IN_UTF_8, parseJson, type LocalHttp, type LocalRequest } from '../local-http/local-http.js';
import type { LocalAnswer } from '../local-answer.js';
import { identityOf } from './identity.js';
import { parseAnswer } from './parse-answer.js';

/**
 * Documented local answers carry a masked identity or none. An adapter runs inside its province, so the province gives it the
 * person by a port of its own; these are this project's addition to the stand-ins, and no documented local interface. A province
 * that runs an adapter has to offer them: README.md of this package, "What your system must offer besides".
 */
const RESOLVED = z.discriminatedUnion('found', [
  z.object({ found: z.literal(false) }),
  z.object({ found: z.literal(true), documentType: z.string(), documentNumber: z.string() }),
]);
const FOUND = z.discriminatedUnion('found', [
  z.object({ found: z.literal(false) }),
  z.object({ found: z.literal(true), handle: z.record(z.string(), z.string()) }),
]);

/** Statuses of an HTTP server that has no such path. */
const NO_SUCH_PATH = [404, 405, 501];

/**
 * The JSON that a port of ours answers with.
 *
 * @throws AdapterError `LOCAL_PERSON_UNRESOLVED` where the local system does not offer the port: it is not wrong about the person, it
 * says nothing; else as {@link LocalHttp.requestJson}
 */
export async function requestPort(http: LocalHttp, request: LocalRequest): Promise<unknown> {
  const { status, bytes } = await http.requestBytes(request, { ...JSON_IN_UTF_8, statuses: NO_SUCH_PATH });
  if (status === 200) return parseJson(bytes);
  throw new AdapterError(
    'LOCAL_PERSON_UNRESOLVED',
    `the local system has no ${request.path} (HTTP status ${status}): the province has to offer it beside its documented interface, see README.md of the adapter`,
  );
}

/** The identity behind a scanned code, as members of the answer; none where the province has none, and why where it cannot be. */
export async function resolveIdentity(
  http: LocalHttp,
  code: string,
  signal?: AbortSignal,
): Promise<Pick<LocalAnswer, 'identity' | 'identityProblem'>> {
  const answer = await requestPort(http, {
    method: 'POST',
    path: '/stand-in/resolve',
    json: { code },
    ...(signal === undefined ? {} : { signal }),
  });
  const resolved = parseAnswer(RESOLVED, answer);
  return resolved.found ? identityOf(resolved.documentType, resolved.documentNumber) : {};
}

/** What the documented interface must be asked with to answer about this person; absent where the province has no such person. */
export async function findHandle(
  http: LocalHttp,
  document: IdentityDocument,
): Promise<Readonly<Record<string, string>> | undefined> {
  const answer = await requestPort(http, {
    method: 'POST',
    path: '/stand-in/find',
    json: { documentType: document.type, documentNumber: document.number },
  });
  const found = parseAnswer(FOUND, answer);
  return found.found ? found.handle : undefined;
}
