/**
 * Who a client certificate speaks for: one SPIFFE ID (SPIFFE X.509-SVID 2) as URI in its subject alternative name. The
 * path says role, province and, of what a province has many of, a name.
 */

/** Who may call anything at all. */
export const ROLES = ['province', 'checkpoint', 'operator', 'auditor'] as const;

/** 角色 of a caller. */
export type Role = (typeof ROLES)[number];

/** Trust domain where none is configured. `.internal` is reserved for private use. */
export const DEFAULT_TRUST_DOMAIN = 'health-code.internal';

/** What a SPIFFE ID of ours says. */
export type PeerIdentity =
  | { readonly role: 'province'; readonly province: string }
  | { readonly role: 'checkpoint'; readonly province: string; readonly name: string }
  | { readonly role: 'operator' | 'auditor'; readonly name: string };

const PROVINCE = '[1-9][0-9]{5}';
const NAME = '[a-z0-9][a-z0-9-]{0,63}';
const PATH = new RegExp(`^(?:province/(${PROVINCE})|checkpoint/(${PROVINCE})/(${NAME})|(operator|auditor)/(${NAME}))$`);

/** The SPIFFE ID of a peer. */
export function spiffeId(identity: PeerIdentity, trustDomain: string = DEFAULT_TRUST_DOMAIN): string {
  const parts: readonly string[] =
    identity.role === 'province'
      ? [identity.province]
      : identity.role === 'checkpoint'
        ? [identity.province, identity.name]
        : [identity.name];
  return `spiffe://${trustDomain}/${identity.role}/${parts.join('/')}`;
}

/** The peer of a SPIFFE ID; undefined for any text that is not exactly one of this trust domain. */
export function parseSpiffeId(text: string, trustDomain: string = DEFAULT_TRUST_DOMAIN): PeerIdentity | undefined {
  const prefix = `spiffe://${trustDomain}/`;
  if (!text.startsWith(prefix)) return undefined;
  const [, province, home, device, role, name] = PATH.exec(text.slice(prefix.length)) ?? [];
  if (province !== undefined) return { role: 'province', province };
  if (home !== undefined && device !== undefined) return { role: 'checkpoint', province: home, name: device };
  if ((role === 'operator' || role === 'auditor') && name !== undefined) return { role, name };
  return undefined;
}

/**
 * Marks a certificate as made for development: an extension with this object identifier (below the enterprise number that
 * RFC 5612 keeps for documentation), not critical, holding NULL. A production configuration refuses whatever carries it or was issued under it.
 */
export const DEVELOPMENT_OID = '1.3.6.1.4.1.32473.38961';

/** The same of key files: a member with this name and the value `true`. */
export const DEVELOPMENT_MEMBER = 'developmentOnly';

/** The same of NATS users: a tag in their JWT. */
export const DEVELOPMENT_TAG = 'development-only';
