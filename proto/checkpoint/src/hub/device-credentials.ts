import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isProvinceCode, type ProvinceCode } from '@health-code/attestation';
import { DEVELOPMENT_OID } from '@health-code/messages';
import { CheckpointError } from '../errors.js';

/** `production` refuses whatever was made for development. */
export type Environment = 'production' | 'development';

/** Reads a file that a setting names. */
export type ReadFile = (path: string) => Buffer;

/** Files of a device that was enrolled, PEM. */
export interface DeviceFiles {
  readonly certificate: string;
  readonly key: string;
  /** The authority that issued the hub's certificates. */
  readonly hubAuthority: string;
}

/** By what the device and the hub know each other (mTLS); PEM. */
export interface DeviceCredentials {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly hubAuthority: Buffer;
  /** Where the checkpoint stands: the certificate says so. */
  readonly province: ProvinceCode;
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const CHECKPOINT = /^URI:spiffe:\/\/[a-z0-9._-]+\/checkpoint\/(\d{6})\/[a-z0-9][a-z0-9-]*$/;

/** DER of the object identifier, as it stands in a certificate that bears it (X.690 8.19). */
const MARK = Buffer.from(
  DEVELOPMENT_OID.split('.').slice(2).map(Number).reduce<number[]>((bytes, arc) => [...bytes, ...base128(arc)], [0x2b]),
);

function base128(arc: number): number[] {
  const bytes = [arc & 0x7f];
  for (let rest = arc >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

const certificatesOf = (pem: Buffer): readonly X509Certificate[] => (pem.toString('latin1').match(BLOCK) ?? []).map((block) => new X509Certificate(block));

/** Whether one of these certificates bears the mark of those made for development. What cannot be read bears none. */
export function isMadeForDevelopment(pem: Buffer): boolean {
  try {
    return certificatesOf(pem).some(({ raw }) => raw.includes(MARK));
  } catch {
    return false;
  }
}

const invalid = (message: string, cause?: unknown): CheckpointError => new CheckpointError('CONFIG_INVALID', message, { cause });

function certificatesIn(pem: Buffer, what: string, environment: Environment): readonly [X509Certificate, ...X509Certificate[]] {
  let certificates: readonly X509Certificate[];
  try {
    certificates = certificatesOf(pem);
  } catch (cause) {
    throw invalid(`${what} holds a certificate that cannot be read`, cause);
  }
  const [first, ...others] = certificates;
  if (first === undefined) throw invalid(`${what} holds no certificate in PEM`);
  if (environment === 'production' && isMadeForDevelopment(pem)) throw invalid(`${what} was made for development, and ENVIRONMENT is production`);
  return [first, ...others];
}

/**
 * What the device shows the hub, as its files stand now.
 * @throws CheckpointError CONFIG_INVALID for files that cannot be read, do not fit together, are no checkpoint's, or in production were made for development
 */
export function readDeviceCredentials(files: DeviceFiles, environment: Environment, readFile: ReadFile = readFileSync): DeviceCredentials {
  const read = (path: string, what: string): Buffer => {
    try {
      return readFile(path);
    } catch (cause) {
      throw invalid(`${what} cannot be read`, cause);
    }
  };
  const certificate = read(files.certificate, 'the certificate of the device');
  const key = read(files.key, 'the key of the device');
  const hubAuthority = read(files.hubAuthority, 'the authority of the hub');
  certificatesIn(hubAuthority, 'the authority of the hub', environment);
  const [leaf] = certificatesIn(certificate, 'the certificate of the device', environment);
  const province = CHECKPOINT.exec(leaf.subjectAltName ?? '')?.[1] ?? '';
  if (!isProvinceCode(province)) throw invalid('the certificate of the device is no checkpoint’s');
  if (!isKeyOf(leaf, key)) throw invalid('the key of the device is not that of its certificate');
  return { certificate, key, hubAuthority, province };
}

function isKeyOf(certificate: X509Certificate, key: Buffer): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
