import type { X509Certificate } from 'node:crypto';
import { DEVELOPMENT_OID } from '@health-code/messages';
import { AdapterError } from '../errors.js';

/** Whether what was made for development may be used. */
export type Environment = 'production' | 'development';

/** X.690 8.19: one arc in groups of seven bits, the last one alone without the high bit. */
function encodeArc(arc: number): readonly number[] {
  const groups = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift((rest & 0x7f) | 0x80);
  return groups;
}

/** X.690 8.19: an object identifier of less than 128 bytes as it stands in a certificate. */
function encodeObjectIdentifier(identifier: string): Buffer {
  const [first = 0, second = 0, ...arcs] = identifier.split('.').map(Number);
  const content = [first * 40 + second, ...arcs].flatMap(encodeArc);
  return Buffer.from([0x06, content.length, ...content]);
}

const MARK = encodeObjectIdentifier(DEVELOPMENT_OID);

/** Whether a certificate was made for development: DER writes an object identifier in one way only. */
export const isDevelopmentCertificate = ({ raw }: X509Certificate): boolean => raw.includes(MARK);

/** The refusal of what was made for development; the message completes "a file that …". */
export const madeForDevelopment = (): AdapterError => new AdapterError('CONFIG_INVALID', 'was made for development, and ENVIRONMENT is production');
