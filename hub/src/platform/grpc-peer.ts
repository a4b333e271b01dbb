import { HubError } from '../errors.js';
import type { IdentifyPeer } from '../identity/guard.js';
import { requireInForce, type ParseCertificate } from '../identity/identify-caller.js';
import type { CertifiedCaller } from '../identity/parse-certificate.js';

interface ServerCall {
  getAuthContext(): { readonly sslPeerCertificate?: { readonly raw: Buffer } };
}

/**
 * The HTTP/2 session of a call, which grpc-js keeps to itself. A session is one TLS connection, and HTTP/2 forbids it to change
 * its certificate (RFC 9113 9.2.1): remembering by it spares each call the 19 µs in which Node turns the certificate into an object.
 * Undefined where grpc-js has other insides; then every call pays them, and nothing else changes.
 */
function sessionOf(call: object): object | undefined {
  const { session } = (call as { readonly call?: { readonly stream?: { readonly session?: unknown } } }).call?.stream ?? {};
  return typeof session === 'object' && session !== null ? session : undefined;
}

function certificateOf(call: object): Buffer {
  // Empty without TLS, without a certificate, and where TLS did not verify it.
  const der = (call as ServerCall).getAuthContext().sslPeerCertificate?.raw;
  if (der === undefined) throw new HubError('CALLER_UNIDENTIFIED', 'the connection has no client certificate');
  return der;
}

/** Identifies callers by the certificate of their connection, and by nothing else: no header is looked at. `now` in milliseconds. */
export function identifyByCertificate(parse: ParseCertificate, now: () => number = Date.now): IdentifyPeer {
  const sessions = new WeakMap<object, CertifiedCaller>();
  return (call) => {
    const session = sessionOf(call);
    let certified = session === undefined ? undefined : sessions.get(session);
    if (certified === undefined) {
      certified = parse(certificateOf(call));
      if (session !== undefined) sessions.set(session, certified);
    }
    return requireInForce(certified, now());
  };
}
