import type { AttestationErrorCode } from '@health-code/attestation';

/** Every refusal and failure of a checkpoint's own process. docs/error-codes.md explains each; a test keeps both equal. */
export type CheckpointErrorCode =
  // start
  | 'CONFIG_INVALID'
  // requests
  | 'REQUEST_INVALID'
  | 'PURPOSE_MISSING'
  | 'CODE_MISSING'
  | 'BATCH_TOO_LARGE'
  | 'PROVINCE_UNKNOWN'
  | 'CALLER_PROVINCE_MISMATCH'
  // reports
  | 'REPORT_STORAGE_FAILED'
  // a fault of the process itself
  | 'INTERNAL';

/** What a checkpoint throws or hands on: its own codes and those of the attestation package, which pass through unchanged. */
export type ErrorCode = CheckpointErrorCode | AttestationErrorCode;

/** Thrown by everything of this package. The message is for operators and quotes neither a person nor a secret. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';

  constructor(
    readonly code: CheckpointErrorCode,
    message: string,
    options?: ErrorOptions & {
      /** Path of the field that was refused, as in the .proto file. */
      readonly field?: string;
    },
  ) {
    super(message, options);
    this.field = options?.field;
  }

  readonly field: string | undefined;
}
