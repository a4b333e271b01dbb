import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { DEVELOPMENT_MEMBER } from '@health-code/messages';
import { Key, Metadata, MetadataKind, Signature, type Root } from '@tufjs/models';
import { DeploymentError } from './errors.js';

/** What a root says. Of the offline package after The Update Framework (specification 1.0, 4.3). */
export interface RootContent {
  /** 1, or one more than the root it follows. */
  readonly version: number;
  /** Public keys that sign roots, kept offline. */
  readonly rootKeys: readonly KeyObject[];
  /** How many of them have to sign. */
  readonly threshold: number;
  /** Public key of the hub: targets, snapshot and timestamp. */
  readonly onlineKey: KeyObject;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Carries the mark that production refuses. */
  readonly isForDevelopment: boolean;
}

/** A root that was read. */
export interface ReadRoot {
  readonly version: number;
  readonly threshold: number;
  /** Public keys that sign roots. */
  readonly rootKeys: readonly KeyObject[];
  /** Public key of the hub. */
  readonly onlineKey: KeyObject;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly isForDevelopment: boolean;
}

const SCHEME = { keyType: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' } as const;
const ONLINE_ROLES = ['targets', 'snapshot', 'timestamp'] as const;

/** TUF 1.0, 4.2: the id is SHA-256 of the canonical JSON, in which a PEM text has nothing to escape and line feeds stand as they are. */
function tufKey(publicKey: KeyObject): Key {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const canonical = `{"keytype":"${SCHEME.keyType}","keyval":{"public":"${pem}"},"scheme":"${SCHEME.scheme}"}`;
  return new Key({ ...SCHEME, keyID: createHash('sha256').update(canonical).digest('hex'), keyVal: { public: pem } });
}

/** How root.json names a key. */
export const packageKeyId = (key: KeyObject): string => tufKey(key.type === 'private' ? createPublicKey(key) : key).keyID;

/** A new private key on P-256, PKCS#8 in PEM. */
export const makePackageKey = (): string => generateKeyPairSync('ec', { namedCurve: 'prime256v1', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey;

/** A private key on P-256 out of its PEM text. @throws DeploymentError PACKAGE_ROOT_INVALID, never quoting it */
export function parsePackageKey(pem: string | Buffer): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch (cause) {
    throw new DeploymentError('PACKAGE_ROOT_INVALID', 'a key file holds no private key in PEM', { cause });
  }
  throw new DeploymentError('PACKAGE_ROOT_INVALID', 'a key file holds a key that is not on P-256');
}

/** root.json, signed by `signers`: those it names, and of one that follows another those that the other names. */
export function signPackageRoot(content: RootContent, signers: readonly KeyObject[]): Buffer {
  const { version, rootKeys, threshold, onlineKey, expiresAt, isForDevelopment } = content;
  const [named, online] = [rootKeys.map(tufKey), tufKey(onlineKey)];
  const onlineRole = { keyids: [online.keyID], threshold: 1 };
  const metadata = Metadata.fromJSON(MetadataKind.Root, {
    signatures: [],
    signed: {
      _type: MetadataKind.Root,
      version,
      spec_version: '1.0.31',
      expires: new Date(expiresAt).toISOString().replace(/\.\d{3}Z$/, 'Z'),
      keys: Object.fromEntries([...named, online].map((key) => [key.keyID, key.toJSON()])),
      roles: { root: { keyids: named.map(({ keyID }) => keyID), threshold }, ...Object.fromEntries(ONLINE_ROLES.map((role) => [role, onlineRole])) },
      consistent_snapshot: true,
      ...(isForDevelopment ? { [DEVELOPMENT_MEMBER]: true } : {}),
    },
  });
  for (const signer of new Map(signers.map((key) => [packageKeyId(key), key])).values()) {
    metadata.sign((bytes) => new Signature({ keyID: packageKeyId(signer), sig: sign('sha256', bytes, signer).toString('hex') }));
  }
  return Buffer.from(JSON.stringify(metadata.toJSON()));
}

function parseRoot(file: Uint8Array): Metadata<Root> {
  try {
    return Metadata.fromJSON(MetadataKind.Root, JSON.parse(Buffer.from(file).toString('utf8')) as Parameters<typeof Metadata.fromJSON>[1]);
  } catch (cause) {
    throw new DeploymentError('PACKAGE_ROOT_INVALID', 'a root.json is no root metadata', { cause });
  }
}

const keysOf = ({ signed: { roles, keys } }: Metadata<Root>, role: string): readonly KeyObject[] =>
  (roles[role]?.keyIDs ?? []).flatMap((id) => (keys[id]?.keyVal['public'] === undefined ? [] : [createPublicKey(keys[id].keyVal['public'])]));

/**
 * Reads a root that was made, after verifying that enough of its own keys have signed it, and enough of those of `before`.
 * @throws DeploymentError PACKAGE_ROOT_INVALID
 */
export function readPackageRoot(file: Uint8Array, before?: Uint8Array): ReadRoot {
  const root = parseRoot(file);
  try {
    root.verifyDelegate('root', root);
    if (before !== undefined) parseRoot(before).verifyDelegate('root', root);
  } catch (cause) {
    throw new DeploymentError('PACKAGE_ROOT_INVALID', `root ${String(root.signed.version)} is not signed by enough of the keys that have to sign it`, { cause });
  }
  const { version, roles, expires, unrecognizedFields } = root.signed;
  const [onlineKey] = keysOf(root, 'timestamp');
  if (onlineKey === undefined) throw new DeploymentError('PACKAGE_ROOT_INVALID', `root ${String(version)} names no key of the hub`);
  return {
    version,
    threshold: roles['root']?.threshold ?? 0,
    rootKeys: keysOf(root, 'root'),
    onlineKey,
    expiresAt: Date.parse(expires),
    isForDevelopment: unrecognizedFields[DEVELOPMENT_MEMBER] === true,
  };
}
