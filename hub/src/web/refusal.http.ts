import { channel } from 'node:diagnostics_channel';
import { status } from '@grpc/grpc-js';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { RefusalJson } from '../../web/shared/device-api.js';
import { FAULTS, type Fault } from '../platform/grpc-handlers.js';
import { describe, grpcStatusOf, isFault } from '../platform/grpc-status.js';

/** google/rpc/code.proto names the HTTP status of each gRPC status. */
const HTTP_STATUS: Readonly<Partial<Record<status, number>>> = {
  [status.INVALID_ARGUMENT]: 400,
  [status.FAILED_PRECONDITION]: 400,
  [status.OUT_OF_RANGE]: 400,
  [status.UNAUTHENTICATED]: 401,
  [status.PERMISSION_DENIED]: 403,
  [status.NOT_FOUND]: 404,
  [status.ABORTED]: 409,
  [status.ALREADY_EXISTS]: 409,
  [status.RESOURCE_EXHAUSTED]: 429,
  [status.UNIMPLEMENTED]: 501,
  [status.UNAVAILABLE]: 503,
  [status.DEADLINE_EXCEEDED]: 504,
};

/** RFC 9449 7.1: what a request without a good proof is told to bring. */
const CHALLENGE = 'DPoP algs="ES256", error="invalid_dpop_proof"';

const faults = channel(FAULTS);

/** What Fastify's reply is used for here. */
interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: unknown): unknown;
}

/** The HTTP status of an error and what is said of it. @param now milliseconds since the epoch */
export function refusalOf(error: unknown, now: number): { readonly status: number; readonly body: RefusalJson } {
  const { reason, message, metadata, fieldViolations } = describe(error);
  const retryAfterMs = metadata['retry_after_ms'];
  return {
    status: HTTP_STATUS[grpcStatusOf(error, reason)] ?? 500,
    body: { code: reason, message, fieldViolations, serverTime: Math.floor(now / 1000), ...(retryAfterMs === undefined ? {} : { retryAfterMs: Number(retryAfterMs) }) },
  };
}

/** Gives refusals of the device API the form of {@link RefusalJson}; what Nest and Fastify refuse themselves (no such route, too large) keeps its status. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const [now, reply] = [Date.now(), host.switchToHttp().getResponse<Reply>()];
    if (error instanceof HttpException) {
      reply.status(error.getStatus()).send(error.getResponse());
      return;
    }
    if (isFault(error)) faults.publish({ method: host.switchToHttp().getRequest<{ readonly url: string }>().url, error } satisfies Fault);
    const { status: code, body } = refusalOf(error, now);
    if (code === 401) reply.header('www-authenticate', CHALLENGE);
    if (body.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(body.retryAfterMs / 1000)));
    reply.status(code).send(body);
  }
}
