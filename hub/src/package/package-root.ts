import { DEVELOPMENT_MEMBER } from '@health-code/messages';
import { Metadata, MetadataKind, type Root } from '@tufjs/models';
import { HubError } from '../errors.js';

/** Roles that the hub's online key must be named for. */
const ONLINE_ROLES = ['targets', 'snapshot', 'timestamp'] as const;

/** The chain of roots, as it was verified. */
export interface RootChain {
  /** 1.root.json first, without a hole. */
  readonly files: readonly Uint8Array[];
  /** Of the newest. */
  readonly version: number;
  /** Of the newest, seconds since the epoch. */
  readonly expiresAt: number;
}

const unusable = (why: string, cause?: unknown): HubError => new HubError('CONFIG_INVALID', `PACKAGE_ROOT_DIR ${why}`, { cause });

function parseRoot(file: Uint8Array, version: number): Metadata<Root> {
  let root: Metadata<Root>;
  try {
    root = Metadata.fromJSON(MetadataKind.Root, JSON.parse(Buffer.from(file).toString('utf8')) as Parameters<typeof Metadata.fromJSON>[1]);
  } catch (cause) {
    throw unusable(`holds a ${String(version)}.root.json that is no root metadata`, cause);
  }
  if (root.signed.version !== version) throw unusable(`holds a ${String(version)}.root.json of another version`);
  return root;
}

function requireSigned(by: Metadata<Root>, root: Metadata<Root>): void {
  try {
    by.verifyDelegate('root', root);
  } catch (cause) {
    throw unusable(`holds a ${String(root.signed.version)}.root.json that the keys of ${String(by.signed.version)}.root.json have not signed`, cause);
  }
}

/**
 * Verifies a chain of roots as a client does (TUF 1.0, 5.3): each is signed by its own keys and by those of the one before. What a
 * client would refuse must not be served.
 * @param files 1.root.json first
 * @param keyId of the hub's online key, which the newest must name
 * @param now seconds since the epoch
 * @param environment in production no root of the chain may have been made for development
 * @throws HubError CONFIG_INVALID
 */
export function verifyRootChain(files: readonly Uint8Array[], keyId: string, now: number, environment: 'production' | 'development'): RootChain {
  const roots = files.map((file, index) => parseRoot(file, index + 1));
  const newest = roots.at(-1);
  if (newest === undefined) throw unusable('holds no 1.root.json');
  for (const [index, root] of roots.entries()) {
    if (environment === 'production' && root.signed.unrecognizedFields[DEVELOPMENT_MEMBER] === true) throw unusable('holds a root that was made for development, and ENVIRONMENT is production');
    requireSigned(root, root);
    const before = roots[index - 1];
    if (before !== undefined) requireSigned(before, root);
  }
  const { version, roles, expires, consistentSnapshot } = newest.signed;
  const expiresAt = Math.floor(Date.parse(expires) / 1000);
  if (!(expiresAt > now)) throw unusable(`holds a ${String(version)}.root.json whose time is over`);
  if (!consistentSnapshot) throw unusable(`holds a ${String(version)}.root.json without consistent_snapshot`);
  for (const role of ONLINE_ROLES) {
    if (roles[role]?.keyIDs.includes(keyId) !== true) throw unusable(`holds a ${String(version)}.root.json that does not name the key of PACKAGE_KEY_FILE for ${role}`);
  }
  return { files, version, expiresAt };
}
