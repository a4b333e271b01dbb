import { SignJWT } from 'jose';
import { PROOF_ALGORITHM, PROOF_TYPE } from '../../shared/device-api.js';
import type { Device } from './device.js';

/** The request that a proof is for. */
export interface ProvenRequest {
  readonly method: string;
  /** Without query and fragment. */
  readonly url: string;
}

/** RFC 9449 4.2: that whoever sends the request holds the key of the device's certificate. `now` in seconds since the epoch, by the hub's clock. */
export function makeDeviceProof(device: Pick<Device, 'privateKey' | 'publicJwk' | 'certificate'>, { method, url }: ProvenRequest, now: number): Promise<string> {
  return new SignJWT({ htm: method, htu: url, jti: crypto.randomUUID() })
    .setProtectedHeader({ typ: PROOF_TYPE, alg: PROOF_ALGORITHM, jwk: device.publicJwk, x5c: [device.certificate] })
    .setIssuedAt(Math.floor(now))
    .sign(device.privateKey);
}
