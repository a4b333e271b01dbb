import { status, type ServiceError } from '@grpc/grpc-js';
import { wireFields, type WireField } from './wire-fields.js';

const UNANSWERED: readonly number[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED];

/** How the hub refused a call. */
export interface Refusal {
  /** gRPC status code. */
  readonly status: number;
  /** A code of docs/error-codes.md; empty when the connection says no more than its status. */
  readonly code: string;
  /** For operators; without the code in front. */
  readonly message: string;
  /** Fields that were refused. */
  readonly fields: readonly { readonly field: string; readonly description: string }[];
  /** `ErrorInfo.metadata`. */
  readonly metadata: Readonly<Record<string, string>>;
}

const texts = (fields: readonly WireField[], number: number): readonly Buffer[] =>
  fields.flatMap((field) => (field.number === number && Buffer.isBuffer(field.value) ? [field.value] : []));
const text = (bytes: Uint8Array, number: number): string => texts(wireFields(bytes), number).at(0)?.toString('utf8') ?? '';

/** google.rpc.Status 3, Any 1 and 2. */
function detailsOf(bytes: Uint8Array): ReadonlyMap<string, Buffer> {
  return new Map(
    texts(wireFields(bytes), 3).map((any) => [text(any, 1).replace(/^.*\./, ''), texts(wireFields(any), 2).at(0) ?? Buffer.alloc(0)]),
  );
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && typeof (error as Partial<ServiceError>).code === 'number' && 'details' in error;
}

/** Reads the refusal that `error` is (google.rpc.Status with ErrorInfo and BadRequest in `grpc-status-details-bin`); undefined for any other error. */
export function readRefusal(error: unknown): Refusal | undefined {
  if (!isServiceError(error)) return undefined;
  const trailer = (error.metadata as ServiceError['metadata'] | undefined)?.get('grpc-status-details-bin').at(0);
  const details = Buffer.isBuffer(trailer) ? detailsOf(trailer) : new Map<string, Buffer>();
  const information = details.get('ErrorInfo') ?? Buffer.alloc(0);
  const code = text(information, 1);
  return {
    status: error.code,
    code,
    message: error.details.startsWith(`${code}: `) ? error.details.slice(code.length + 2) : error.details,
    fields: texts(wireFields(details.get('BadRequest') ?? Buffer.alloc(0)), 1).map((field) => ({ field: text(field, 1), description: text(field, 2) })),
    metadata: Object.fromEntries(texts(wireFields(information), 3).map((entry) => [text(entry, 1), text(entry, 2)])),
  };
}

/** Whether `error` is a call that the hub refused with `code`. */
export const isRefusedWith = (error: unknown, code: string): boolean => readRefusal(error)?.code === code;

/** Whether nobody answered: the hub is away, or the way to it. */
export const isUnanswered = ({ status: given, code }: Refusal): boolean => code === '' && UNANSWERED.includes(given);
