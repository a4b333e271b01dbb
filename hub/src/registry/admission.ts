import { parseProvinceCode, type ProvinceCode } from '@health-code/attestation';
import { z } from 'zod';
import { HubError } from '../errors.js';
import type { Standing } from './registry.js';

/** A founding member. */
export interface AdmittedProvince {
  readonly code: ProvinceCode;
  readonly standing: Standing;
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
        standing: z.enum(['admitted', 'suspended']),
        codePrefixes: z.array(z.string().min(1, 'is empty and would allow every beginning')).min(1, 'lists none; leave it out to allow any').optional(),
      }),
    )
    .min(1, 'admits nobody; an empty list is not a good list')
    .refine((rows) => hasNoRepeats(rows.map((row) => row.code)), 'names a province twice'),
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
    ...(row.codePrefixes === undefined ? {} : { codePrefixes: row.codePrefixes }),
  }));
}
