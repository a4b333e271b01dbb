import { AttestationError, parseIdentityDocument, type IdentityDocument } from '@health-code/attestation';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { createBearerCheck } from '../platform/bearer-token.js';
import type { Logger } from '../platform/logger.js';
import { findSharedStatuses, type ShareTerms } from './shared-statuses.js';

/** Where the local system of a province in share mode asks what others state. */
export const SHARED_STATUSES_PATH = '/shared-statuses';

/** What the endpoint is made of. */
export interface SharedStatusesOptions extends ShareTerms {
  /** Bearer token; undefined on a loopback address only. */
  readonly token?: string;
  readonly log: Pick<Logger, 'warn'>;
}

const BODY = z.strictObject({ documentType: z.string(), documentNumber: z.string() });

/** @throws AdapterError CALL_INVALID; AttestationError IDENTITY_DOCUMENT_… */
function parseBody(body: unknown): IdentityDocument {
  const parsed = BODY.safeParse(body);
  if (!parsed.success) throw new AdapterError('CALL_INVALID', 'the body is not {"documentType", "documentNumber"}');
  return parseIdentityDocument(parsed.data.documentType, parsed.data.documentNumber);
}

const codeOf = (cause: unknown): string | undefined => (cause instanceof AdapterError || cause instanceof AttestationError ? cause.code : undefined);

/**
 * Adds `POST /shared-statuses` with `{documentType, documentNumber}` (WS 364.3 CV02.01.101). 200 `{statuses}`, 400 for what is
 * no document, 401 without the token, 503 while the hub cannot be asked; every error is `{code}`. The document is neither
 * logged nor kept.
 */
export function addSharedStatusesRoute(server: FastifyInstance, options: SharedStatusesOptions): void {
  const isAllowed = createBearerCheck(options.token);
  server.post(SHARED_STATUSES_PATH, async (request, reply) => {
    if (!isAllowed(request.headers.authorization)) return reply.code(401).send({ code: 'LOCAL_PERMISSION_DENIED' });
    let document: IdentityDocument;
    try {
      document = parseBody(request.body);
    } catch (cause) {
      const code = codeOf(cause);
      if (code === undefined) throw cause;
      return reply.code(400).send({ code });
    }
    try {
      const { statuses, refused } = await findSharedStatuses(document, options);
      if (refused.length > 0) options.log.warn({ codes: [...new Set(refused)], refused: refused.length }, 'the hub lists statements that do not verify');
      return { statuses };
    } catch (cause) {
      const code = codeOf(cause);
      if (code === undefined) throw cause;
      options.log.warn({ code }, 'the hub cannot say what other provinces state');
      return reply.code(503).send({ code });
    }
  });
}
