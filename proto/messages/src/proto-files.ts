import { fileURLToPath } from 'node:url';

/** Directory to resolve `import "healthcode/v1/…"` from. */
export const PROTO_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The files that define services, relative to {@link PROTO_ROOT}; for server reflection. */
export const SERVICE_PROTO_FILES = [
  'healthcode/v1/personal_health_code.proto',
  'healthcode/v1/checkpoint.proto',
  'healthcode/v1/adapter.proto',
  'healthcode/v1/ledger.proto',
  'healthcode/v1/enrolment.proto',
  'healthcode/v1/membership.proto',
  'healthcode/v1/operator.proto',
  'healthcode/v1/recognition.proto',
] as const;
