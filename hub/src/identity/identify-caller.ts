import { HubError } from '../errors.js';
import type { Caller } from './caller.js';
import { fingerprintOf, type CertifiedCaller } from './parse-certificate.js';

/** Certificates whose reading is remembered. 256 bytes each or so. */
const REMEMBERED = 20_000;

/** Whose certificate it is, if its time has come and is not over. `now` in milliseconds. @throws HubError CALLER_UNIDENTIFIED */
export function requireInForce({ caller, notBefore }: CertifiedCaller, now: number): Caller {
  if (now < notBefore) throw new HubError('CALLER_UNIDENTIFIED', 'the time of the client certificate has not begun');
  requireNotOver(caller, now);
  return caller;
}

/** Asked at every call and message: a connection may live longer than the certificate it was opened with. @throws HubError CALLER_UNIDENTIFIED */
export function requireNotOver({ expiresAt }: Caller, now: number): void {
  if (expiresAt !== undefined && now >= expiresAt) throw new HubError('CALLER_UNIDENTIFIED', 'the time of the client certificate is over');
}

/** Reads a certificate. @throws HubError CALLER_UNIDENTIFIED */
export type ParseCertificate = (der: Buffer) => CertifiedCaller;

/**
 * Remembers by its digest what a certificate says, refusals too: a device that connects anew for every question costs a
 * digest, not a signature. Bounded; the oldest is forgotten first.
 */
export function rememberCertificates(parse: ParseCertificate, most = REMEMBERED): ParseCertificate {
  const known = new Map<string, CertifiedCaller | HubError>();
  const read = (der: Buffer): CertifiedCaller | HubError => {
    try {
      return parse(der);
    } catch (error) {
      if (error instanceof HubError) return error;
      throw error;
    }
  };
  return (der) => {
    const fingerprint = fingerprintOf(der);
    let outcome = known.get(fingerprint);
    if (outcome === undefined) {
      outcome = read(der);
      const [oldest] = known.size >= most ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
      known.set(fingerprint, outcome);
    }
    if (outcome instanceof HubError) throw new HubError(outcome.code, outcome.message);
    return outcome;
  };
}
