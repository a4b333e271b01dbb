import { createServer, type Server } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress, TlsFiles } from '../config.js';

/** Bounds of one connection: strangers. Milliseconds. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 } as const;

/** How long calls in hand have to end when the hub stops, in milliseconds; streams never end by themselves. */
const DRAIN_MS = 2000;

/** The port for pages and for devices in a browser: phones give a camera to pages over HTTPS alone. */
export class WebServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Answers with `routes` what the port without TLS answers, and what is answered over TLS alone. @throws Error where the address is taken */
  static async listen(address: ListenAddress, tls: Pick<TlsFiles, 'certificate' | 'key'>, routes: RequestListener): Promise<WebServer> {
    const server = createServer({ cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2', ...LIMITS }, routes);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.port, address.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return new WebServer(server);
  }

  /** Where it listens, the chosen port included. */
  get address(): ListenAddress {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /** Takes no new connections, lets requests in hand end for a while, then cuts them off. */
  async drain(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => { resolve(); }));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => { this.#server.closeAllConnections(); }, DRAIN_MS);
    await closed;
    clearTimeout(timer);
  }
}
