import type { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ListenAddress } from '../config.js';

/** Milliseconds that calls in hand have to end when the hub stops. */
export const DRAIN_MS = 5000;

/** `host:port` as URLs and gRPC write it. */
export const addressText = ({ host, port }: ListenAddress): string => (host.includes(':') ? `[${host}]:${String(port)}` : `${host}:${String(port)}`);

/** Starts to answer. @returns the address it listens on, the chosen port included */
export function listen(server: Server, address: ListenAddress, credentials: ServerCredentials): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.bindAsync(addressText(address), credentials, (error, port) => {
      if (error === null) resolve({ host: address.host, port });
      else reject(error);
    });
  });
}

/** Takes no new calls, lets those in hand end for at most {@link DRAIN_MS}, then cuts them off. */
export function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, DRAIN_MS);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
