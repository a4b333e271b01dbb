import type { FastifyInstance } from 'fastify';
import { AdapterError } from '../errors.js';
import { createBearerCheck } from '../platform/bearer-token.js';
import type { Logger } from '../platform/logger.js';
import type { Source } from '../province-system.js';
import { observeAnswers, type ObserveTerms } from './observe.js';

/** Where a local system pushes to. */
export const PUSH_PATH = '/push';

/** What the push endpoint is made of. */
export interface PushOptions {
  readonly parsePush: NonNullable<Source['parsePush']>;
  readonly observe: ObserveTerms;
  /** Bearer token; undefined on a loopback address only. */
  readonly token?: string;
  readonly log: Logger;
}

/**
 * Adds `POST /push`. 200 means committed: the local system may forget the notification. 400 means it will never be
 * understood, 5xx that it is to be sent again.
 */
export function addPushRoute(server: FastifyInstance, options: PushOptions): void {
  const { parsePush, observe, token, log } = options;
  const isAllowed = createBearerCheck(token);
  server.post(PUSH_PATH, async (request, reply) => {
    if (!isAllowed(request.headers.authorization)) {
      return reply.code(401).send({ code: 'LOCAL_PERMISSION_DENIED' });
    }
    const readAt = observe.position();
    let answers;
    try {
      answers = parsePush(request.body);
    } catch (cause) {
      if (!(cause instanceof AdapterError)) throw cause;
      log.warn({ code: cause.code }, 'refused a push');
      return reply.code(400).send({ code: cause.code });
    }
    const { refused } = await observeAnswers(answers, observe, readAt);
    if (refused.length > 0) log.warn({ codes: [...new Set(refused.map(({ code }) => code))], refused: refused.length }, 'changes nobody understands');
    return { accepted: answers.length - refused.length, refused: refused.length };
  });
}
