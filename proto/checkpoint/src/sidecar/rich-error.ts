import { Metadata, status } from '@grpc/grpc-js';
import { CheckpointError, type CheckpointErrorCode } from '../errors.js';

/** The gRPC status of every code; a new code without a row does not compile. */
const GRPC_STATUS: Readonly<Record<CheckpointErrorCode, status>> = {
  CONFIG_INVALID: status.INTERNAL,
  REQUEST_INVALID: status.INVALID_ARGUMENT,
  PURPOSE_MISSING: status.INVALID_ARGUMENT,
  CODE_MISSING: status.INVALID_ARGUMENT,
  BATCH_TOO_LARGE: status.INVALID_ARGUMENT,
  PROVINCE_UNKNOWN: status.INVALID_ARGUMENT,
  CALLER_PROVINCE_MISMATCH: status.PERMISSION_DENIED,
  REPORT_STORAGE_FAILED: status.INTERNAL,
  INTERNAL: status.INTERNAL,
};

const DETAILS = 'grpc-status-details-bin';

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** A length-delimited field of a protobuf message. */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** google/protobuf/any.proto, as a detail of google/rpc/status.proto (field 3). */
const detail = (name: string, ...fields: readonly Buffer[]): Buffer => field(3, Buffer.concat([field(1, `type.googleapis.com/google.rpc.${name}`), field(2, Buffer.concat(fields))]));

/** What a gRPC handler hands on for an error of this package: `google.rpc.Status` with `ErrorInfo` and, where a field was refused, `BadRequest`, as the hub does. */
export interface StatusAnswer {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** The status for `error`. What the hub refused is handed on as it came; what nobody expected is told as INTERNAL alone. */
export function statusOf(error: unknown): StatusAnswer {
  if (isStatus(error)) return { code: error.code, details: error.details, ...(error.metadata === undefined ? {} : { metadata: onlyDetails(error.metadata) }) };
  const known = error instanceof CheckpointError ? error : new CheckpointError('INTERNAL', 'the checkpoint failed');
  const code = GRPC_STATUS[known.code];
  const details = `${known.code}: ${known.message}`;
  const violation = known.field === undefined ? [] : [detail('BadRequest', field(1, Buffer.concat([field(1, known.field), field(2, known.message)])))];
  const metadata = new Metadata();
  metadata.set(DETAILS, Buffer.concat([varint(8), varint(code), field(2, details), detail('ErrorInfo', field(1, known.code), field(2, 'healthcode')), ...violation]));
  return { code, details, metadata };
}

function isStatus(error: unknown): error is StatusAnswer {
  return error instanceof Error && typeof (error as Partial<StatusAnswer>).code === 'number' && typeof (error as Partial<StatusAnswer>).details === 'string';
}

/** Not the headers of the hub's transport. */
function onlyDetails(metadata: Metadata): Metadata {
  const kept = new Metadata();
  for (const value of metadata.get(DETAILS)) kept.add(DETAILS, value);
  return kept;
}

/** The code that an error on a stream is told as. */
export function codeOf(error: unknown): string {
  if (error instanceof CheckpointError) return error.code;
  const [code] = isStatus(error) ? (/^[A-Z][A-Z0-9_]+(?=: )/.exec(error.details) ?? []) : [];
  return code ?? 'INTERNAL';
}
