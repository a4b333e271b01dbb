import type { ProvinceCode } from '@health-code/attestation';
import { KIND_MESSAGE, RECOGNITION_MESSAGE, timestampFromSeconds, v1 } from '@health-code/messages';
import { z } from 'zod';
import type { EnrolmentRequestJson, PurposeJson, ReportRequestJson, VerifyRequestJson } from '../../web/shared/device-api.js';
import { HubError } from '../errors.js';

const PURPOSES: Readonly<Record<PurposeJson, v1.Purpose>> = {
  checkpoint: v1.Purpose.PURPOSE_CHECKPOINT,
  travel: v1.Purpose.PURPOSE_TRAVEL,
  'medical-care': v1.Purpose.PURPOSE_MEDICAL_CARE,
  self: v1.Purpose.PURPOSE_SELF,
  dispute: v1.Purpose.PURPOSE_DISPUTE,
};

const CLASSES: Readonly<Record<VerifyRequestJson['checkpointClass'], v1.CheckpointClass>> = {
  general: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL,
  transport: v1.CheckpointClass.CHECKPOINT_CLASS_TRANSPORT,
  medical: v1.CheckpointClass.CHECKPOINT_CLASS_MEDICAL,
  'key-place': v1.CheckpointClass.CHECKPOINT_CLASS_KEY_PLACE,
};

const keysOf = <Word extends string>(table: Readonly<Record<Word, unknown>>): z.ZodEnum<Record<Word, Word>> =>
  z.enum(Object.fromEntries(Object.keys(table).map((word) => [word, word])) as Record<Word, Word>);

const purpose = keysOf(PURPOSES);

const ENROLMENT = z.strictObject({ token: z.string(), certificateRequest: z.base64() });

/** Lengths are those of the gRPC call and are looked at where it looks at them. */
const VERIFY = z
  .strictObject({
    checkpointClass: keysOf(CLASSES),
    purpose,
    organisation: z.string().optional(),
    position: z.string().optional(),
    code: z.string().optional(),
    codeBytes: z.base64().optional(),
    identityDocument: z.strictObject({ type: z.string(), number: z.string(), homeProvince: z.string().optional() }).optional(),
    kind: keysOf(KIND_MESSAGE).optional(),
  })
  .refine(({ code, codeBytes, identityDocument }) => [code, codeBytes, identityDocument].filter((shown) => shown !== undefined).length === 1, {
    path: ['code'],
    message: 'exactly one of code, codeBytes and identityDocument is shown',
  });

const REPORT = z.strictObject({
  reportId: z.string(),
  hour: z.number().int().nonnegative(),
  counts: z.array(
    z.strictObject({ purpose, recognition: keysOf(RECOGNITION_MESSAGE), errorCode: z.string(), issuer: z.string().optional(), count: z.number().int().nonnegative().max(0xffff_ffff) }),
  ),
});

function parse<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  // Of an unknown member zod quotes the name, which is the sender's own text: the place alone is told.
  const fieldViolations = parsed.error.issues.map(({ path, code }) => ({ field: path.join('.') === '' ? 'body' : path.join('.'), description: code }));
  throw new HubError('REQUEST_INVALID', 'the request is not of the form of the device API', { fieldViolations });
}

/** An application of a device. @throws HubError REQUEST_INVALID */
export function parseEnrolment(body: unknown): v1.ApplyRequest {
  const { token, certificateRequest } = parse<EnrolmentRequestJson>(ENROLMENT, body);
  return new v1.ApplyRequest({ token, certificateRequest: Buffer.from(certificateRequest, 'base64') });
}

function shownOf({ code, codeBytes, identityDocument }: z.output<typeof VERIFY>): Pick<v1.VerifyCodeRequest.$Properties, 'code' | 'identityDocument'> {
  if (identityDocument !== undefined) return { identityDocument: { ...identityDocument, homeProvince: identityDocument.homeProvince ?? null } };
  return { code: codeBytes === undefined ? Buffer.from(code ?? '') : Buffer.from(codeBytes, 'base64') };
}

/** What a device shows, as the call over gRPC. The province is that of its certificate. @throws HubError REQUEST_INVALID */
export function parseVerify(body: unknown, province: ProvinceCode): v1.VerifyCodeRequest.$Properties {
  const read = parse(VERIFY, body);
  const { organisation = '', position = '', kind } = read;
  return {
    context: { province, checkpointClass: CLASSES[read.checkpointClass], purpose: PURPOSES[read.purpose], organisation, position },
    ...shownOf(read),
    ...(kind === undefined ? {} : { kind: KIND_MESSAGE[kind] }),
  };
}

/** A report of checks, as the call over gRPC. @throws HubError REQUEST_INVALID */
export function parseReport(body: unknown): v1.ReportChecksRequest.$Properties {
  const { reportId, hour, counts }: ReportRequestJson = parse(REPORT, body) as ReportRequestJson;
  return {
    reportId,
    hour: timestampFromSeconds(hour),
    counts: counts.map((each) => ({
      purpose: PURPOSES[each.purpose],
      recognition: RECOGNITION_MESSAGE[each.recognition],
      errorCode: each.errorCode,
      issuer: each.issuer ?? '',
      count: each.count,
    })),
  };
}
