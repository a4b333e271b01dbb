import { ServerCredentials } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { PROTO_ROOT, SERVICE_PROTO_FILES } from '@health-code/messages';
import { HealthImplementation, protoPath as HEALTH_PROTO_FILE } from 'grpc-health-check';
import type { ListenAddress, TlsFiles } from '../config.js';
import type { Caller } from '../identity/caller.js';
import type { Guard, IdentifyPeer } from '../identity/guard.js';
import { getServedDefinition, SERVICES, type ServiceName } from './grpc-access.js';
import type { GrpcService } from './grpc-handlers.js';
import { GuardedServer } from './guarded-server.js';
import { drain, listen } from './listen.js';
import type { Dependency, Readiness } from './readiness.js';
import { loadReflectionFiles } from './reflection-files.js';

/**
 * What each service needs to serve; `''` is the server as a whole (grpc.health.v1). Known attestations are verified from
 * memory, so a checkpoint is served while PostgreSQL or NATS is away, and the freshness of the answers says since when.
 */
const NEEDS: Readonly<Record<ServiceName | '', readonly Dependency[]>> = {
  '': ['database', 'nats', 'lookup'],
  'healthcode.v1.PersonalHealthCode': ['nats'],
  'healthcode.v1.Checkpoint': ['lookup'],
  'healthcode.v1.Adapter': ['database'],
  'healthcode.v1.Membership': ['database'],
  'healthcode.v1.Ledger': ['database'],
  'healthcode.v1.MutualRecognition': ['database'],
  'healthcode.v1.Operator': ['database'],
};

const SERVICE_NAMES = ['', ...Object.keys(SERVICES)] as readonly (ServiceName | '')[];

/** Limits of one connection. Bytes and milliseconds. */
const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': 8 * 1024 * 1024,
  // A gate that lost power is noticed, and a stream through a quiet firewall is kept open.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.max_concurrent_streams': 1024,
  // Nobody reads grpc-js's own call counters here, and they cost every call.
  'grpc.enable_channelz': 0,
} as const;

/**
 * The hub's gRPC port: its services, `grpc.health.v1` and server reflection, on grpc-js directly. All of it behind the guard,
 * for whoever has a certificate of one of the two authorities.
 */
export class GrpcServer {
  readonly #server: GuardedServer;
  readonly #health = new HealthImplementation(Object.fromEntries(SERVICE_NAMES.map((name) => [name, 'NOT_SERVING' as const])));
  #draining = false;

  constructor(services: readonly GrpcService[], guard: Guard, identifyPeer: IdentifyPeer) {
    this.#server = new GuardedServer(guard, identifyPeer, CHANNEL_OPTIONS);
    for (const service of services) this.#server.addService(getServedDefinition(service), service.handlers);
    this.#health.addToServer(this.#server);
    // The generated code leaves no descriptors at run time: reflection reads the .proto files themselves.
    const files = loadReflectionFiles([...SERVICE_PROTO_FILES, HEALTH_PROTO_FILE], [PROTO_ROOT]);
    new ReflectionService(files, { services: [...Object.keys(SERVICES), 'grpc.health.v1.Health'] }).addToServer(this.#server);
  }

  /** Starts to answer who has a certificate of the client authority; nobody else can connect. @returns the address, the chosen port included */
  listen({ tls, ...address }: ListenAddress & { readonly tls: TlsFiles }): Promise<ListenAddress> {
    const credentials = ServerCredentials.createSsl(tls.clientAuthority, [{ cert_chain: tls.certificate, private_key: tls.key }], true);
    return listen(this.#server, address, credentials);
  }

  /** Tells health checks and watchers what is served now. */
  announce(readiness: Readiness): void {
    if (this.#draining) return;
    for (const name of SERVICE_NAMES) this.#health.setStatus(name, readiness.isUp(NEEDS[name]) ? 'SERVING' : 'NOT_SERVING');
  }

  /** Takes no new calls, lets those in hand end for a while, then cuts them off. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const name of SERVICE_NAMES) this.#health.setStatus(name, 'NOT_SERVING');
    await drain(this.#server);
  }
}

/** A port without TLS on which everybody is taken for one caller. For bench-main.ts and tests; nothing that a configuration says opens it. */
export class PlaintextServer {
  readonly #server: GuardedServer;

  constructor(services: readonly GrpcService[], guard: Guard, caller: Caller) {
    this.#server = new GuardedServer(guard, () => caller, CHANNEL_OPTIONS);
    for (const service of services) this.#server.addService(getServedDefinition(service), service.handlers);
  }

  /** Starts to answer. @returns the address, the chosen port included */
  listen(address: ListenAddress): Promise<ListenAddress> {
    return listen(this.#server, address, ServerCredentials.createInsecure());
  }

  /** Takes no new calls, lets those in hand end for a while, then cuts them off. */
  drain(): Promise<void> {
    return drain(this.#server);
  }
}
