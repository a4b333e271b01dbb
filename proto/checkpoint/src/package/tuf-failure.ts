import { AttestationError, type AttestationErrorCode } from '@health-code/attestation';

/**
 * What each failure of the library says of itself. It tells expiry from a missing signature by sentences alone where it wraps one error in
 * another; a test makes each of them happen.
 */
const BY_SENTENCE: readonly (readonly [pattern: RegExp, code: AttestationErrorCode])[] = [
  [/is expired/, 'PACKAGE_EXPIRED'],
  [/is less than current version|Missing file .* in new snapshot/, 'PACKAGE_ROLLED_BACK'],
  [/was signed by \d+\/\d+ keys/, 'PACKAGE_SIGNATURE_INVALID'],
  [/Failed to persist metadata/, 'PACKAGE_STORAGE_FAILED'],
  [/Expected hash/, 'PACKAGE_SIGNATURE_INVALID'],
  [/Unexpected end of JSON input|Unterminated string in JSON|Expected .* in JSON at position/, 'PACKAGE_TRUNCATED'],
];

/** `Expected length 10 but got 7`: fewer bytes are a download that was cut off, more are another file. */
function codeOfLength(message: string): AttestationErrorCode | undefined {
  const [, expected, got] = /Expected length (\d+) but got (\d+)/.exec(message) ?? [];
  if (expected === undefined) return undefined;
  return Number(got) < Number(expected) ? 'PACKAGE_TRUNCATED' : 'PACKAGE_SIGNATURE_INVALID';
}

/** The error of this system for what the library threw; `transport` is what the network said meanwhile, if it failed. */
export function packageError(error: unknown, transport: AttestationError | undefined): AttestationError {
  // The library passes over what its own files lack: only what the network said last is the cause.
  if (transport !== undefined) return transport;
  if (error instanceof AttestationError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOfLength(message) ?? BY_SENTENCE.find(([pattern]) => pattern.test(message))?.[1] ?? 'PACKAGE_INVALID';
  return new AttestationError(code, `the offline package is not taken over: ${message.slice(0, 200)}`, { cause: error });
}
