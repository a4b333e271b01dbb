import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { createBearerCheck } from '../platform/bearer-token.js';
import type { Logger } from '../platform/logger.js';
import type { OwnRiskLevel } from './read-risk-levels.js';
import type { RiskLevelSchedule } from './risk-level.schedule.js';
import { RISK_GRADES } from './risk-levels.js';

/** Where the local system reads the country's risk levels, and states those of its own regions. */
export const RISK_LEVELS_PATH = '/risk-levels';

/** What the endpoint is made of. */
export interface RiskLevelRoutesOptions {
  readonly known: Pick<RiskLevelSchedule, 'copy' | 'ageSeconds' | 'notify'>;
  /** Hands levels to the hub. Returns how many were new. */
  readonly stateRiskLevels: (levels: readonly OwnRiskLevel[]) => Promise<number>;
  /** Bearer token; undefined on a loopback address only. */
  readonly token?: string;
  readonly log: Pick<Logger, 'warn'>;
}

/** The form alone: whose region it is, which days are taken and what an authority is, the hub decides for all provinces alike. */
const BODY = z.strictObject({
  levels: z.array(z.strictObject({ region: z.string(), grade: z.enum(RISK_GRADES), effectiveFrom: z.string(), authority: z.string() })).min(1).max(1000),
});

/**
 * Adds `GET /risk-levels`: `{ageSeconds, levels}`, every level that stands, of every province; 503 before the first reading. And
 * `POST /risk-levels` with `{levels: [{region, grade, effectiveFrom, authority}]}`: 200 `{added}`, 400 for what the hub refuses (the
 * message names the fields), 503 to be sent again. 401 without the token; every error is `{code}`.
 */
export function addRiskLevelRoutes(server: FastifyInstance, { known, stateRiskLevels, token, log }: RiskLevelRoutesOptions): void {
  const isAllowed = createBearerCheck(token);
  server.get(RISK_LEVELS_PATH, (request, reply) => {
    if (!isAllowed(request.headers.authorization)) return reply.code(401).send({ code: 'LOCAL_PERMISSION_DENIED' });
    if (known.copy === undefined) return reply.code(503).send({ code: 'HUB_UNREACHABLE' });
    return reply.send({ ageSeconds: known.ageSeconds, levels: known.copy.levels.list() });
  });
  server.post(RISK_LEVELS_PATH, async (request, reply) => {
    if (!isAllowed(request.headers.authorization)) return reply.code(401).send({ code: 'LOCAL_PERMISSION_DENIED' });
    const body = BODY.safeParse(request.body);
    if (!body.success) {
      const fields = [...new Set(body.error.issues.map(({ path }) => path.join('.')))].join(', ');
      return reply.code(400).send({ code: 'REQUEST_FIELD_INVALID', message: `bad fields: ${fields}` });
    }
    try {
      const added = await stateRiskLevels(body.data.levels);
      known.notify();
      return { added };
    } catch (cause) {
      if (!(cause instanceof AdapterError)) throw cause;
      const isRefused = cause.code === 'REQUEST_FIELD_INVALID';
      if (!isRefused) log.warn({ code: cause.code }, 'the hub takes no risk levels now');
      // Regions and days, no person: the hub's words may be passed on.
      return reply.code(isRefused ? 400 : 503).send({ code: cause.code, message: cause.message });
    }
  });
}
