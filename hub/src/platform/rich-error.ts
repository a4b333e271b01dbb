import protobuf from 'protobufjs/light.js';
import type { FieldViolation } from '../errors.js';

/** Domain of every `ErrorInfo.reason` of this system. */
export const ERROR_DOMAIN = 'healthcode';

const metadata: protobuf.IMapField = { keyType: 'string', type: 'string', id: 3 };
/**
 * The four messages of the richer error model, by their published field numbers:
 * google/rpc/status.proto, google/rpc/error_details.proto, google/protobuf/any.proto (googleapis, Apache-2.0).
 */
const root = protobuf.Root.fromJSON({
  nested: {
    Any: { fields: { type_url: { type: 'string', id: 1 }, value: { type: 'bytes', id: 2 } } },
    Status: {
      fields: { code: { type: 'int32', id: 1 }, message: { type: 'string', id: 2 }, details: { rule: 'repeated', type: 'Any', id: 3 } },
    },
    ErrorInfo: {
      fields: { reason: { type: 'string', id: 1 }, domain: { type: 'string', id: 2 }, metadata },
    },
    FieldViolation: { fields: { field: { type: 'string', id: 1 }, description: { type: 'string', id: 2 } } },
    BadRequest: { fields: { field_violations: { rule: 'repeated', type: 'FieldViolation', id: 1 } } },
  },
});

const status = root.lookupType('Status');
const errorInfo = root.lookupType('ErrorInfo');
const badRequest = root.lookupType('BadRequest');

/** A refusal as carried in the trailer `grpc-status-details-bin`. */
export interface RichError {
  /** gRPC status code. */
  readonly code: number;
  readonly message: string;
  /** `ErrorInfo.reason`: a code of docs/error-codes.md. */
  readonly reason: string;
  /** `ErrorInfo.metadata`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];
}

const packed = (name: string, type: protobuf.Type, message: object) => ({
  type_url: `type.googleapis.com/google.rpc.${name}`,
  value: type.encode(message).finish(),
});

/** `google.rpc.Status` in protobuf, with `ErrorInfo` and, where fields were refused, `BadRequest`. */
export function encodeRichError(error: RichError): Buffer {
  const details = [packed('ErrorInfo', errorInfo, { reason: error.reason, domain: ERROR_DOMAIN, metadata: error.metadata })];
  if (error.fieldViolations.length > 0) {
    details.push(packed('BadRequest', badRequest, { field_violations: error.fieldViolations }));
  }
  return Buffer.from(status.encode({ code: error.code, message: error.message, details }).finish());
}

interface StatusFields {
  readonly code: number;
  readonly message: string;
  readonly details: readonly { readonly type_url: string; readonly value: Uint8Array }[];
}

/** Reads what {@link encodeRichError} wrote; details of other types are passed over. */
export function decodeRichError(bytes: Uint8Array): RichError {
  const read = status.decode(bytes) as unknown as StatusFields;
  const find = (name: string, type: protobuf.Type): object | undefined => {
    const detail = read.details.find((candidate) => candidate.type_url.endsWith(`/google.rpc.${name}`));
    return detail === undefined ? undefined : type.toObject(type.decode(detail.value));
  };
  const info = find('ErrorInfo', errorInfo) as Partial<RichError> | undefined;
  const request = find('BadRequest', badRequest) as { readonly field_violations?: readonly FieldViolation[] } | undefined;
  return {
    code: read.code,
    message: read.message,
    reason: info?.reason ?? '',
    metadata: info?.metadata ?? {},
    fieldViolations: request?.field_violations ?? [],
  };
}
