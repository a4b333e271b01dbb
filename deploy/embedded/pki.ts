import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { spiffeId, type PeerIdentity } from '@health-code/messages';
import { makeAuthority, readAuthority, type CertificateAuthority, type CertifiedKey, type LeafContent } from './certificate-authority.js';
import type { DataDirectory } from './data-directory.js';
import { ownNames, type OwnNames } from './own-names.js';

/** Files of a certificate (PEM, leaf first) and its key (PKCS#8 in PEM, mode 0600). */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The certificates of one machine, below `secrets/pki/`, all marked as made for development. */
export interface Pki {
  /** By name: `member-ca`, `operator-ca`, `server-ca`, `hub`, `web`, `province-<code>`, `checkpoint-<code>`, `operator-a`, `operator-b`, `auditor`. */
  readonly files: (name: string) => CertificateFiles;
  /**
   * Makes what is missing or damaged, has less than a third of its time left, is not good yet, does not fit its key or was issued by an
   * authority that is gone, or lacks a name that this machine has now. Returns the names.
   */
  readonly renew: () => Promise<readonly string[]>;
}

const FOLDER = 'pki';
const DAY_MS = 24 * 60 * 60 * 1000;
const LEAF_LIFETIME_MS = 7 * DAY_MS;
/** Longer than any certificate the hub issues under it. */
const AUTHORITY_LIFETIME_MS = 365 * DAY_MS;
/** Begins before now: the clocks of two machines differ. */
const LEEWAY_MS = 5 * 60_000;
/** Less of its time than this part, and a certificate is made anew. */
const RENEW_BELOW = 1 / 3;

const AUTHORITIES = ['member-ca', 'operator-ca', 'server-ca'] as const;
type AuthorityName = (typeof AUTHORITIES)[number];

/** The one device that each province of this machine has. */
export const EMBEDDED_CHECKPOINT = 'embedded';

interface Leaf {
  readonly name: string;
  readonly issuer: AuthorityName;
  readonly content: Pick<LeafContent, 'use' | 'uris' | 'hosts' | 'addresses'>;
}

const clientLeaf = (name: string, issuer: AuthorityName, identity: PeerIdentity): Leaf => ({ name, issuer, content: { use: 'client', uris: [spiffeId(identity)] } });

/** What a province shows the hub, and what its checkpoint does. */
const leavesOfProvince = (province: string): readonly Leaf[] => [
  clientLeaf(`province-${province}`, 'member-ca', { role: 'province', province }),
  clientLeaf(`checkpoint-${province}`, 'member-ca', { role: 'checkpoint', province, name: EMBEDDED_CHECKPOINT }),
];

const LOOPBACK_NAMES = { hosts: ['localhost'], addresses: ['127.0.0.1'] } as const;

/** Of the pages: a phone comes from another machine. */
function webLeaf({ hosts, addresses }: OwnNames): Leaf {
  return { name: 'web', issuer: 'server-ca', content: { use: 'server', hosts: [...LOOPBACK_NAMES.hosts, ...hosts], addresses: [...LOOPBACK_NAMES.addresses, ...addresses] } };
}

const COMMON_LEAVES: readonly Leaf[] = [
  { name: 'hub', issuer: 'server-ca', content: { use: 'server', ...LOOPBACK_NAMES } },
  clientLeaf('operator-a', 'operator-ca', { role: 'operator', name: 'a' }),
  clientLeaf('operator-b', 'operator-ca', { role: 'operator', name: 'b' }),
  clientLeaf('auditor', 'operator-ca', { role: 'auditor', name: 'a' }),
];

const window = (lifetimeMs: number) => ({ notBefore: new Date(Date.now() - LEEWAY_MS), notAfter: new Date(Date.now() + lifetimeMs), isForDevelopment: true });

/** Whether a certificate is for every host and address it should be for. */
const hasNames = (certificate: X509Certificate, { hosts = [], addresses = [] }: Partial<Leaf['content']>): boolean =>
  hosts.every((host) => certificate.checkHost(host) !== undefined) && addresses.every((address) => certificate.checkIP(address) !== undefined);

/** Whether a kept certificate is good now and for long enough, and fits the key beside it: a start may have been cut off between the two files. */
function isFresh(kept: CertifiedKey, issuer?: CertifiedKey, content: Partial<Leaf['content']> = {}): boolean {
  try {
    const certificate = new X509Certificate(kept.certificate);
    const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    const isInTime = from <= Date.now() && (to - Date.now()) / (to - from) > RENEW_BELOW;
    return isInTime && hasNames(certificate, content) && certificate.checkPrivateKey(createPrivateKey(kept.key)) && (issuer === undefined || certificate.verify(new X509Certificate(issuer.certificate).publicKey));
  } catch {
    return false;
  }
}

/** The certificates of a machine on which the hub and `provinces` (GB/T 2260 codes) run: kept ones, renewed where that is due, and new ones. */
export async function openPki(data: DataDirectory, provinces: readonly string[], names: () => OwnNames = ownNames): Promise<Pki> {
  const files = (name: string): CertificateFiles => ({ certificate: data.at('secrets', FOLDER, `${name}.crt`), key: data.at('secrets', FOLDER, `${name}.key`) });
  const read = (name: string): CertifiedKey | undefined => {
    const { certificate, key } = files(name);
    return existsSync(certificate) && existsSync(key) ? { certificate: readFileSync(certificate), key: readFileSync(key) } : undefined;
  };
  const renewed: string[] = [];
  const write = (name: string, { certificate, key }: CertifiedKey): void => {
    renewed.push(name);
    // The key first: whoever reads in between finds an old certificate beside it, which does not fit and is read again.
    data.writeSecret(`${FOLDER}/${name}.key`, key);
    data.writeSecret(`${FOLDER}/${name}.crt`, certificate);
  };
  const openAuthority = async (name: AuthorityName): Promise<CertificateAuthority> => {
    const kept = read(name);
    if (kept !== undefined && isFresh(kept)) return readAuthority(kept);
    const made = await makeAuthority({ name: `${name} (development)`, ...window(AUTHORITY_LIFETIME_MS) });
    write(name, made);
    return made;
  };
  const renew = async (): Promise<readonly string[]> => {
    const authorities = new Map<AuthorityName, CertificateAuthority>();
    for (const name of AUTHORITIES) authorities.set(name, await openAuthority(name));
    for (const { name, issuer, content } of [...COMMON_LEAVES, webLeaf(names()), ...provinces.flatMap(leavesOfProvince)]) {
      const authority = authorities.get(issuer);
      const kept = read(name);
      if (authority === undefined || (kept !== undefined && isFresh(kept, authority, content))) continue;
      write(name, await authority.issue({ name, ...content, ...window(LEAF_LIFETIME_MS) }));
    }
    return renewed.splice(0);
  };
  await renew();
  return { files, renew };
}
