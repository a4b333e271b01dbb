import {
  AttestationError,
  parseIdentityDocument,
  parseProvinceCode,
  type AttestationErrorCode,
  type AttestationKind,
  type CheckpointClass,
  type IdentityDocument,
  type ProvinceCode,
} from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { HubError, type ErrorCode, type FieldViolation } from '../errors.js';
import { findKind } from '../kind-message.js';

/** Largest code taken, in bytes. */
export const CODE_MAX_BYTES = 4096;

/** Most codes of one batch. */
export const BATCH_MAX_CODES = 1024;

/** Longest free text that is passed on to local systems, in characters; adapters take no more. */
const MAX_TEXT = 128;

/** Who asks, and for what: the context of a request after it was checked. */
export interface Checkpoint {
  readonly province: ProvinceCode;
  readonly checkpointClass: CheckpointClass;
  readonly purpose: v1.Purpose;
  /** What is wanted of a local code or an identity document; an attestation says itself what it is about. */
  readonly kind: AttestationKind;
  /** As it came; handed to provinces, whose local systems demand it. */
  readonly context: v1.CheckpointContext.$Properties;
  /** Milliseconds since the epoch after which the caller does not wait any more. */
  readonly deadline?: number;
}

/** A person without a phone. */
export interface ShownDocument {
  readonly document: IdentityDocument;
  /** The province to ask; absent where the caller does not know it. Never guessed from the digits of the number. */
  readonly homeProvince?: ProvinceCode;
}

const CLASSES: Readonly<Record<v1.CheckpointClass, CheckpointClass>> = {
  [v1.CheckpointClass.CHECKPOINT_CLASS_UNSPECIFIED]: 'general',
  [v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL]: 'general',
  [v1.CheckpointClass.CHECKPOINT_CLASS_TRANSPORT]: 'transport',
  [v1.CheckpointClass.CHECKPOINT_CLASS_MEDICAL]: 'medical',
  [v1.CheckpointClass.CHECKPOINT_CLASS_KEY_PLACE]: 'key-place',
};

interface Problem extends FieldViolation {
  readonly code: ErrorCode;
}

const UNKNOWN_KIND: Problem = { code: 'REQUEST_INVALID', field: 'kind', description: 'is not on the list of kinds' };

function findProblems(context: v1.CheckpointContext.$Properties): readonly Problem[] {
  const problems: Problem[] = [];
  const purpose = context.purpose ?? v1.Purpose.PURPOSE_UNSPECIFIED;
  if (purpose === v1.Purpose.PURPOSE_UNSPECIFIED) {
    problems.push({ code: 'PURPOSE_MISSING', field: 'context.purpose', description: 'every query names its purpose' });
  } else if (!(purpose in v1.Purpose)) {
    problems.push({ code: 'REQUEST_INVALID', field: 'context.purpose', description: 'is not on the list of purposes' });
  }
  if (!((context.checkpointClass ?? 0) in CLASSES)) {
    problems.push({ code: 'REQUEST_INVALID', field: 'context.checkpoint_class', description: 'is not on the list of classes' });
  }
  for (const field of ['organisation', 'position'] as const) {
    if ((context[field] ?? '').length > MAX_TEXT) {
      problems.push({ code: 'REQUEST_INVALID', field: `context.${field}`, description: `is longer than ${String(MAX_TEXT)} characters` });
    }
  }
  return problems;
}

const refuse = ([first, ...others]: readonly [Problem, ...Problem[]]): HubError =>
  new HubError(first.code, first.description, { fieldViolations: [first, ...others].map(({ field, description }) => ({ field, description })) });

/**
 * Parses who asks, and for which kind. Every bad field is reported together; the error's code is that of the first.
 * @throws HubError REQUEST_INVALID, PURPOSE_MISSING, PROVINCE_UNKNOWN
 */
export function parseCheckpoint(
  context: v1.CheckpointContext.$Properties | null | undefined,
  asked?: v1.AttestationKind | null,
): Checkpoint {
  if (context === null || context === undefined) {
    throw refuse([{ code: 'REQUEST_INVALID', field: 'context', description: 'says who asks, and is missing' }]);
  }
  const kind = findKind(asked);
  const [first, ...others] = [...(kind === undefined ? [UNKNOWN_KIND] : []), ...findProblems(context)];
  const province = parseProvince(context.province ?? '');
  if (province === undefined) {
    const problem: Problem = { code: 'PROVINCE_UNKNOWN', field: 'context.province', description: 'is not a province code of GB/T 2260' };
    throw refuse([problem, ...(first === undefined ? [] : [first, ...others])]);
  }
  if (kind === undefined || first !== undefined) throw refuse([first ?? UNKNOWN_KIND, ...others]);
  const checkpointClass = CLASSES[context.checkpointClass ?? v1.CheckpointClass.CHECKPOINT_CLASS_UNSPECIFIED];
  return { province, checkpointClass, purpose: context.purpose ?? v1.Purpose.PURPOSE_UNSPECIFIED, kind, context };
}

function parseProvince(code: string): ProvinceCode | undefined {
  try {
    return parseProvinceCode(code);
  } catch {
    return undefined;
  }
}

/** The field an error of {@link parseIdentityDocument} is about. */
const documentField = (code: AttestationErrorCode): string => (code === 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED' ? 'type' : 'number');

/**
 * Parses an identity document as shown.
 * @throws HubError IDENTITY_DOCUMENT_TYPE_UNSUPPORTED, IDENTITY_DOCUMENT_NUMBER_INVALID,
 *   IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID, PROVINCE_UNKNOWN
 */
export function parseShownDocument(shown: v1.IdentityDocument.$Properties): ShownDocument {
  const document = parseDocument(shown);
  if (!shown.homeProvince) return { document };
  const homeProvince = parseProvince(shown.homeProvince);
  if (homeProvince === undefined) {
    throw refuse([{ code: 'PROVINCE_UNKNOWN', field: 'identity_document.home_province', description: 'is not a province code of GB/T 2260' }]);
  }
  return { document, homeProvince };
}

function parseDocument(shown: v1.IdentityDocument.$Properties): IdentityDocument {
  try {
    return parseIdentityDocument(shown.type ?? '', shown.number ?? '');
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    throw refuse([{ code: error.code, field: `identity_document.${documentField(error.code)}`, description: error.message }]);
  }
}

/** The code a single request shows, or the document. @throws HubError CODE_MISSING and those of {@link parseShownDocument} */
export function parseShown(request: v1.VerifyCodeRequest.$Properties): Uint8Array | ShownDocument {
  if (request.identityDocument) return parseShownDocument(request.identityDocument);
  if (!request.code?.length) {
    throw refuse([{ code: 'CODE_MISSING', field: 'code', description: 'neither a code nor an identity document was shown' }]);
  }
  return request.code;
}

/** The codes of a batch. @throws HubError BATCH_TOO_LARGE */
export function parseCodes(codes: readonly Uint8Array[] | null | undefined): readonly Uint8Array[] {
  if (codes === null || codes === undefined) return [];
  if (codes.length > BATCH_MAX_CODES) {
    throw refuse([{ code: 'BATCH_TOO_LARGE', field: 'codes', description: `holds more than ${String(BATCH_MAX_CODES)} codes` }]);
  }
  return codes;
}
