import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { Key, Signature } from '@tufjs/models';
import { HubError } from '../errors.js';

/** The key that signs targets, snapshot and timestamp; it is online, so that a version can be made every few seconds. */
export interface PackageKey {
  /** As root.json names it: SHA-256 of the key's canonical JSON, hexadecimal (TUF 1.0, 4.2). */
  readonly keyId: string;
  /** @returns an ECDSA signature in DER, hexadecimal, over `bytes` (scheme ecdsa-sha2-nistp256) */
  readonly sign: (bytes: Uint8Array) => Signature;
}

const SCHEME = { keyType: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' } as const;

/**
 * Names a key as TUF 1.0, 4.2 does. The canonical JSON of a key is written out here: its members are in order, and a PEM text
 * holds neither of the two characters that canonical JSON escapes.
 */
export function tufKeyOf(publicKey: KeyObject): Key {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const canonical = `{"keytype":"${SCHEME.keyType}","keyval":{"public":"${pem}"},"scheme":"${SCHEME.scheme}"}`;
  return new Key({ ...SCHEME, keyID: createHash('sha256').update(canonical).digest('hex'), keyVal: { public: pem } });
}

/**
 * The key in a PEM text (PKCS#8, P-256).
 * @throws HubError CONFIG_INVALID, never quoting the text
 */
export function parsePackageKey(pem: string | Buffer): PackageKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new HubError('CONFIG_INVALID', 'PACKAGE_KEY_FILE holds no private key in PEM', { cause });
  }
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new HubError('CONFIG_INVALID', 'PACKAGE_KEY_FILE holds a key that is not on P-256');
  const { keyID: keyId } = tufKeyOf(createPublicKey(key));
  return Object.freeze({ keyId, sign: (bytes: Uint8Array) => new Signature({ keyID: keyId, sig: sign('sha256', bytes, key).toString('hex') }) });
}
