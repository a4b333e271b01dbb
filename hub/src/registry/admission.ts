import { createHash, timingSafeEqual } from 'node:crypto';
import { parseProvinceCode, type ProvinceCode } from '@health-code/attestation';
import { z } from 'zod';
import { HubError } from '../errors.js';
import type { Standing } from './registry.js';

/** One province the operator lets in, and the digest of the secret it enrols with. */
export interface AdmittedProvince {
  readonly code: ProvinceCode;
  readonly standing: Standing;
  /** SHA-256 of the enrolment token; the token itself is known to the province alone. */
  readonly enrolmentTokenSha256: Uint8Array;
  /** How every code of the province must begin, one of these; absent, it may claim any beginning that is still free. */
  readonly codePrefixes?: readonly string[];
}

const hasNoRepeats = (values: readonly string[]): boolean => new Set(values).size === values.length;

const provinceCode = z.string().transform((text, context): ProvinceCode => {
  try {
    return parseProvinceCode(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not a GB/T 2260 province code' });
    return z.NEVER;
  }
});

const admissionFile = z.strictObject({
  provinces: z
    .array(
      z.strictObject({
        code: provinceCode,
        enrolmentTokenSha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not 64 lower-case hexadecimal digits'),
        standing: z.enum(['admitted', 'suspended']),
        codePrefixes: z.array(z.string().min(1, 'is empty and would allow every beginning')).min(1, 'lists none; leave it out to allow any').optional(),
      }),
    )
    .min(1, 'admits nobody; an empty list is not a good list')
    .refine((rows) => hasNoRepeats(rows.map((row) => row.code)), 'names a province twice')
    // One token for two provinces would let either speak for the other.
    .refine((rows) => hasNoRepeats(rows.map((row) => row.enrolmentTokenSha256)), 'gives two provinces one token'),
});

/** The provinces of an admission file. @throws HubError CONFIG_INVALID, naming every bad member */
export function parseAdmissionFile(text: string): readonly AdmittedProvince[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new HubError('CONFIG_INVALID', 'is not JSON', { cause });
  }
  const parsed = admissionFile.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'} ${issue.message}`);
    throw new HubError('CONFIG_INVALID', problems.join('; '));
  }
  return parsed.data.provinces.map((row) => ({
    code: row.code,
    standing: row.standing,
    enrolmentTokenSha256: Buffer.from(row.enrolmentTokenSha256, 'hex'),
    ...(row.codePrefixes === undefined ? {} : { codePrefixes: row.codePrefixes }),
  }));
}

const BEARER = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * The province an `authorization` header (RFC 6750 2.1) belongs to. Every digest is compared, in constant time, so that
 * neither the answer's time nor its text tells a guesser how close he came.
 * @throws HubError ENROLMENT_REFUSED
 */
export function verifyEnrolment(authorization: string | undefined, admitted: readonly AdmittedProvince[]): AdmittedProvince {
  const token = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
  const digest = createHash('sha256').update(token ?? '').digest();
  let found: AdmittedProvince | undefined;
  for (const province of admitted) {
    if (timingSafeEqual(digest, province.enrolmentTokenSha256)) found = province;
  }
  if (token === undefined || found === undefined) {
    throw new HubError('ENROLMENT_REFUSED', 'no admitted province has this enrolment token');
  }
  return found;
}
