import { fastify, type FastifyInstance } from 'fastify';
import type { Logger } from './logger.js';

/** What the health page says. */
export interface AdapterHealth {
  /** Whether this instance does its work: the database answers and this instance leads. */
  readonly isReady: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** HTTP server with `/health/live` (the process turns) and `/health/ready` (200 or 503, with details). */
export function createHttpServer(readHealth: () => Promise<AdapterHealth>, log: Logger): FastifyInstance {
  const server = fastify({ logger: false, bodyLimit: MAX_BODY_BYTES, forceCloseConnections: 'idle' });
  server.get('/health/live', () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    const { isReady, details } = await readHealth();
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not-ready', ...details });
  });
  server.setErrorHandler((error, _request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) log.error({ err: error }, 'could not answer an HTTP request');
    // The text of an error may quote a body.
    return reply.code(status).send({ code: status >= 500 ? 'ADAPTER_FAILED' : 'CALL_INVALID' });
  });
  return server;
}
