import { AttestationError, type AttestationErrorCode } from '@health-code/attestation';

/** What each failure of the library says of itself: it has no codes. A test makes each of them happen. */
const BY_SENTENCE: readonly (readonly [pattern: RegExp, code: AttestationErrorCode])[] = [
  [/Freeze attack/, 'PACKAGE_EXPIRED'],
  [/lower version|rolled back|rollback|is lower than|dropped in a newer/i, 'PACKAGE_ROLLED_BACK'],
  [/Failed verifying|Failed to verify|hash mismatch|Threshold|No valid keys|Duplicate/i, 'PACKAGE_SIGNATURE_INVALID'],
  [/Failed to fetch|NetworkError|Load failed/, 'PACKAGE_UNREACHABLE'],
  [/Unexpected end of JSON|Unterminated string in JSON|Expected .* in JSON at position/, 'PACKAGE_TRUNCATED'],
];

/** `length mismatch: expected 10, got 7`: fewer bytes are a download that was cut off, more are another file. */
function codeOfLength(message: string): AttestationErrorCode | undefined {
  const [, expected, got] = /length mismatch: expected (\d+), got (\d+)/.exec(message) ?? [];
  if (expected === undefined) return undefined;
  return Number(got) < Number(expected) ? 'PACKAGE_TRUNCATED' : 'PACKAGE_SIGNATURE_INVALID';
}

/** The error of this system for what the TUF library, or the browser's fetch below it, threw. */
export function packageError(error: unknown): AttestationError {
  if (error instanceof AttestationError) return error;
  const message = error instanceof Error ? error.message : '';
  const ofNetwork = error instanceof TypeError || (error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError' || error.name === 'NetworkError'));
  const code = codeOfLength(message) ?? BY_SENTENCE.find(([pattern]) => pattern.test(message))?.[1] ?? (ofNetwork ? 'PACKAGE_UNREACHABLE' : 'PACKAGE_INVALID');
  return new AttestationError(code, `the offline package is not taken over: ${message.slice(0, 200)}`, { cause: error });
}
