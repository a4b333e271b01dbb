import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** Host and port of the header `Host` (RFC 9110 7.2). */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?$/i;

/**
 * Whether the header `Host` of a request names a server that the certificate is for. A proof is made for an address: were any host taken
 * for our own, what a device proved to somebody else could be shown to us.
 */
export function ownHost(certificate: Buffer): (host: string | undefined) => boolean {
  const own = new X509Certificate(certificate);
  return (host) => {
    const name = HOST.exec(host ?? '')?.[1]?.replace(/^\[|\]$/g, '');
    if (name === undefined) return false;
    return (isIP(name) === 0 ? own.checkHost(name) : own.checkIP(name)) !== undefined;
  };
}
