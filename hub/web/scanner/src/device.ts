/** 登记的设备: what makes this browser a checkpoint's. */
export interface Device {
  /** SPIFFE ID. */
  readonly identity: string;
  /** GB/T 2260 code. */
  readonly province: string;
  /** When the certificate ends, seconds since the epoch. */
  readonly expiresAt: number;
  /** X.509 in DER, base64. */
  readonly certificate: string;
  /** P-256, for signatures; the browser gives it to nobody, this page included. */
  readonly privateKey: CryptoKey;
  /** RFC 7517, the four members of an EC key and no more. */
  readonly publicJwk: { readonly kty: string; readonly crv: string; readonly x: string; readonly y: string };
  /** root.json of the offline package as pinned at enrolment; absent where the hub published none then. */
  readonly pinnedRoot?: string;
}

/** The keys of a device before it is one. */
export type DeviceKeys = Pick<Device, 'privateKey' | 'publicJwk'> & { readonly publicKey: CryptoKey };

/** Makes keys whose private half never leaves the browser. */
export async function makeDeviceKeys(): Promise<DeviceKeys> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const { kty = '', crv = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey);
  return { privateKey, publicKey, publicJwk: { kty, crv, x, y } };
}
