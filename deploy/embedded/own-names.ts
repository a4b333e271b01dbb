import { hostname, networkInterfaces } from 'node:os';

/** How other machines find this one. */
export interface OwnNames {
  /** DNS names; `<host>.local` is what a phone resolves by multicast DNS. */
  readonly hosts: readonly string[];
  /** IPv4 addresses of its networks, loopback left out. */
  readonly addresses: readonly string[];
}

const DNS_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The names by which a phone in the same network can reach a server of this machine. */
export function ownNames(host = hostname(), interfaces = networkInterfaces()): OwnNames {
  const name = host.toLowerCase();
  const names = name.includes('.') ? [name] : [name, `${name}.local`];
  const addresses = Object.values(interfaces).flatMap((each) => (each ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address));
  return { hosts: names.filter((each) => DNS_NAME.test(each) && each !== 'localhost' && !each.startsWith('localhost.')), addresses: [...new Set(addresses)].sort() };
}
