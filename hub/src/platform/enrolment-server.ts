import { Server, ServerCredentials, type handleUnaryCall, type ServerUnaryCall } from '@grpc/grpc-js';
import type { ListenAddress, TlsFiles } from '../config.js';
import { HubError } from '../errors.js';
import { ENROLMENT_PATH } from '../identity/access.js';
import type { RateLimits } from '../identity/rate-limits.js';
import { getServedDefinition } from './grpc-access.js';
import { refusal, type GrpcService } from './grpc-handlers.js';
import { drain, listen } from './listen.js';

/** Limits of one connection: strangers. Bytes and milliseconds. */
const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': 64 * 1024,
  'grpc.max_concurrent_streams': 8,
  'grpc.max_connection_idle_ms': 30_000,
  'grpc.max_connection_age_ms': 60_000,
  'grpc.enable_channelz': 0,
} as const;

/**
 * Whom a remote address is counted as: the host without its port, and of IPv6 the first 64 bits, which is what one customer
 * has to himself (RFC 6177).
 */
export function remoteParty(peer: string): string {
  const host = peer.replace(/:[0-9]+$/, '').replace(/^\[|\]$/g, '');
  if (!host.includes(':')) return host;
  const mapped = /^::ffff:([0-9.]+)$/i.exec(host)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail = ''] = host.split('::');
  const [before, after] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''));
  const missing = Math.max(0, 8 - (before?.length ?? 0) - (after?.length ?? 0));
  return [...(before ?? []), ...new Array<string>(host.includes('::') ? missing : 0).fill('0'), ...(after ?? [])].slice(0, 4).join(':');
}

/** The port for whoever has no certificate yet: it asks for none, and offers one method. No health, no reflection. */
export class EnrolmentServer {
  readonly #server = new Server(CHANNEL_OPTIONS);

  /** @throws HubError INTERNAL where the service is another one */
  constructor(service: GrpcService, limits: Pick<RateLimits, 'take'>) {
    const definition = getServedDefinition(service);
    const [[name, method] = [], ...others] = Object.entries(definition);
    if (name === undefined || method?.path !== ENROLMENT_PATH || others.length > 0) throw new HubError('INTERNAL', 'the enrolment listener offers Apply and nothing else');
    const apply = service.handlers[name] as handleUnaryCall<object, object>;
    this.#server.addService(definition, {
      [name]: (call: ServerUnaryCall<object, object>, callback: Parameters<typeof apply>[1]) => {
        try {
          limits.take('enrolment', remoteParty(call.getPeer()));
        } catch (error) {
          callback(refusal(error, ENROLMENT_PATH));
          return;
        }
        apply(call, callback);
      },
    });
  }

  /** Starts to answer with the server's certificate, asking for none. @returns the address, the chosen port included */
  listen(address: ListenAddress, tls: Pick<TlsFiles, 'certificate' | 'key'>): Promise<ListenAddress> {
    return listen(this.#server, address, ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }], false));
  }

  /** Takes no new calls, lets those in hand end for a while, then cuts them off. */
  drain(): Promise<void> {
    return drain(this.#server);
  }
}
