import { Server, ServerCredentials } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import { HealthImplementation } from 'grpc-health-check';
import { sidecarHandlers, type SidecarPorts } from './sidecar.grpc.js';

/** PEM of the sidecar's own server; with an authority only clients that it knows are answered. */
export interface ServerTls {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly clientAuthority?: Buffer;
}

/** Served here, as everywhere else in this system, by their full names; `''` is the server as a whole (grpc.health.v1). */
const SERVICE_NAMES = ['', 'healthcode.v1.Checkpoint', 'healthcode.v1.Sidecar'] as const;

/** Milliseconds that calls in hand have to end when the process stops. */
const DRAIN_MS = 3000;

const LIMITS = { 'grpc.max_receive_message_length': 8 * 1024 * 1024, 'grpc.max_concurrent_streams': 256 } as const;

const only = (definition: ReturnType<typeof serviceDefinition>, methods: readonly string[]): ReturnType<typeof serviceDefinition> =>
  Object.fromEntries(Object.entries(definition).filter(([name]) => methods.includes(name)));

/** The port that a gate or a turnstile speaks to. */
export class SidecarServer {
  readonly #server = new Server(LIMITS);
  readonly #health = new HealthImplementation(Object.fromEntries(SERVICE_NAMES.map((name) => [name, 'NOT_SERVING' as const])));
  #isServing = false;

  constructor(ports: SidecarPorts) {
    const { checkpoint, sidecar } = sidecarHandlers(ports);
    this.#server.addService(only(serviceDefinition(v1.Checkpoint), Object.keys(checkpoint)), checkpoint);
    this.#server.addService(serviceDefinition(v1.Sidecar), sidecar);
    this.#health.addToServer(this.#server);
  }

  /** Starts to answer; without `tls` in clear, which is for this machine alone. @returns host:port, the chosen port included */
  listen(address: string, tls?: ServerTls): Promise<string> {
    const credentials =
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(tls.clientAuthority ?? null, [{ cert_chain: tls.certificate, private_key: tls.key }], tls.clientAuthority !== undefined);
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (error, port) => {
        if (error === null) resolve(`${address.slice(0, address.lastIndexOf(':'))}:${String(port)}`);
        else reject(error);
      });
    });
  }

  /** Tells health checks whether codes can be judged: with a package, or by the hub. */
  announce(isServing: boolean): void {
    if (isServing === this.#isServing) return;
    this.#isServing = isServing;
    for (const name of SERVICE_NAMES) this.#health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
  }

  /** Takes no new calls, lets those in hand end for a while, then cuts them off. */
  async drain(): Promise<void> {
    this.announce(false);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, DRAIN_MS);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
