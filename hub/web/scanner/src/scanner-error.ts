import { AttestationError } from '@health-code/attestation';
import type { Language } from '../../shared/language.js';
import { ERROR_WORDS } from './error-words.js';

/** What goes wrong between the page and the hub: `code` is one of docs/error-codes.md, of the hub's answer where it gave one. */
export class ScannerError extends Error {
  override readonly name = 'ScannerError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The code of whatever was thrown. */
export function codeOf(error: unknown): string {
  return error instanceof ScannerError || error instanceof AttestationError ? error.code : 'INTERNAL';
}

/** What a person at the checkpoint is told about a code; empty where nothing more is known. */
export const sentenceOf = (code: string, language: Language): string => ERROR_WORDS[code]?.[language] ?? '';
