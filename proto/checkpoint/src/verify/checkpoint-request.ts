import { isProvinceCode, type CheckpointClass, type OfflineCheckpoint, type ProvinceCode } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { CheckpointError, type CheckpointErrorCode } from '../errors.js';

/** Most codes of one batch, as at the hub. */
export const BATCH_MAX_CODES = 1024;

/** Who asks, and for what: the context of a request after it was checked. */
export interface Asked extends OfflineCheckpoint {
  readonly purpose: v1.Purpose;
}

const CLASSES: Readonly<Record<v1.CheckpointClass, CheckpointClass>> = {
  [v1.CheckpointClass.CHECKPOINT_CLASS_UNSPECIFIED]: 'general',
  [v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL]: 'general',
  [v1.CheckpointClass.CHECKPOINT_CLASS_TRANSPORT]: 'transport',
  [v1.CheckpointClass.CHECKPOINT_CLASS_MEDICAL]: 'medical',
  [v1.CheckpointClass.CHECKPOINT_CLASS_KEY_PLACE]: 'key-place',
};

const refuse = (code: CheckpointErrorCode, field: string, description: string): CheckpointError => new CheckpointError(code, `${field}: ${description}`, { field });

/**
 * Parses who asks, as the hub does; the checkpoint stands where its certificate says.
 * @throws CheckpointError REQUEST_INVALID, PURPOSE_MISSING, PROVINCE_UNKNOWN, CALLER_PROVINCE_MISMATCH
 */
export function parseAsked(context: v1.CheckpointContext.$Properties | null | undefined, own: ProvinceCode): Asked {
  if (context === null || context === undefined) throw refuse('REQUEST_INVALID', 'context', 'says who asks, and is missing');
  const province = context.province ?? '';
  if (!isProvinceCode(province)) throw refuse('PROVINCE_UNKNOWN', 'context.province', 'is not a province code of GB/T 2260');
  if (province !== own) throw refuse('CALLER_PROVINCE_MISMATCH', 'context.province', 'must be the province of the device’s certificate');
  const purpose = context.purpose ?? v1.Purpose.PURPOSE_UNSPECIFIED;
  if (purpose === v1.Purpose.PURPOSE_UNSPECIFIED) throw refuse('PURPOSE_MISSING', 'context.purpose', 'every query names its purpose');
  if (!(purpose in v1.Purpose)) throw refuse('REQUEST_INVALID', 'context.purpose', 'is not on the list of purposes');
  const given = context.checkpointClass ?? v1.CheckpointClass.CHECKPOINT_CLASS_UNSPECIFIED;
  if (!(given in CLASSES)) throw refuse('REQUEST_INVALID', 'context.checkpoint_class', 'is not on the list of classes');
  return { province, purpose, checkpointClass: CLASSES[given] };
}

/** That something was shown. @throws CheckpointError CODE_MISSING */
export function requireShown({ code, identityDocument }: v1.VerifyCodeRequest.$Properties): void {
  if (!identityDocument && !code?.length) throw refuse('CODE_MISSING', 'code', 'neither a code nor an identity document was shown');
}

/** The codes of a batch. @throws CheckpointError BATCH_TOO_LARGE */
export function parseCodes(codes: readonly Uint8Array[] | null | undefined): readonly Uint8Array[] {
  if ((codes?.length ?? 0) > BATCH_MAX_CODES) throw refuse('BATCH_TOO_LARGE', 'codes', `holds more than ${String(BATCH_MAX_CODES)} codes`);
  return codes ?? [];
}
