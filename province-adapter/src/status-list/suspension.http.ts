import type { FastifyInstance } from 'fastify';
import { AdapterError, type AdapterErrorCode } from '../errors.js';
import { createBearerCheck } from '../platform/bearer-token.js';
import type { Logger } from '../platform/logger.js';

/** Where the province suspends what it attested. */
export const SUSPENSIONS_PATH = '/suspensions';

/** What the endpoint is made of. */
export interface SuspensionOptions {
  /** Both return how many attestations are concerned; see `suspension.store.ts`. */
  readonly suspend: (sequence: number) => Promise<number>;
  readonly lift: (sequence: number) => Promise<number>;
  /** Something changed. */
  readonly onChanged: () => void;
  /** Bearer token; undefined on a loopback address only. */
  readonly token?: string;
  readonly log: Pick<Logger, 'info'>;
}

const STATUS: Readonly<Partial<Record<AdapterErrorCode, number>>> = { REQUEST_FIELD_INVALID: 400, SUSPENSION_SEQUENCE_UNKNOWN: 404, SUSPENSION_NOT_STANDING: 409 };

/** @throws AdapterError REQUEST_FIELD_INVALID */
function parseSequence(text: string): number {
  const sequence = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(sequence)) throw new AdapterError('REQUEST_FIELD_INVALID', 'not a sequence number');
  return sequence;
}

/**
 * Adds `PUT` and `DELETE /suspensions/<sequence number>`: suspends what an attestation says, and lifts that again. 200
 * `{sequence, suspended, attestations}` once it is committed; `attestations` is 0 where nothing had to be changed. Errors are `{code}`:
 * 400, 401 without the token, 404, 409. Whoever may state a status by pushing it may suspend one: it is the same token.
 */
export function addSuspensionRoutes(server: FastifyInstance, { suspend, lift, onChanged, token, log }: SuspensionOptions): void {
  const isAllowed = createBearerCheck(token);
  const add = (method: 'PUT' | 'DELETE', suspended: boolean, change: (sequence: number) => Promise<number>): void => {
    server.route<{ Params: { sequence: string } }>({
      method,
      url: `${SUSPENSIONS_PATH}/:sequence`,
      handler: async (request, reply) => {
        if (!isAllowed(request.headers.authorization)) return reply.code(401).send({ code: 'LOCAL_PERMISSION_DENIED' });
        try {
          const sequence = parseSequence(request.params.sequence);
          const attestations = await change(sequence);
          if (attestations > 0) onChanged();
          log.info({ sequence, suspended, attestations }, 'a suspension was asked for');
          return await reply.send({ sequence, suspended, attestations });
        } catch (cause) {
          const status = cause instanceof AdapterError ? STATUS[cause.code] : undefined;
          if (!(cause instanceof AdapterError) || status === undefined) throw cause;
          return reply.code(status).send({ code: cause.code });
        }
      },
    });
  };
  add('PUT', true, suspend);
  add('DELETE', false, lift);
}
