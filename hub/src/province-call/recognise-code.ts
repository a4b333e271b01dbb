import { parseCanaryCode } from '@health-code/messages';

/** Says which scanned texts are codes of one province; literal, never a pattern. Lengths in bytes, both ends included. */
export interface LiteralRecogniser {
  readonly prefix: string;
  /** Text that must occur after the prefix; empty means none is asked for. */
  readonly infix: string;
  readonly minLength: number;
  readonly maxLength: number;
}

/** What a registered province says about its own codes. */
export interface CodeOwner {
  /** GB/T 2260. */
  readonly code: string;
  readonly recognisers: readonly LiteralRecogniser[];
}

/** Why a scanned text belongs to no one province. Both are answers, not faults: a checkpoint meets them every day. */
export type CodeRefusal = 'CODE_NOT_TEXT' | 'CODE_UNKNOWN' | 'CODE_AMBIGUOUS';

/** Exactly one owner, or the reason why there is none. */
export type RecognisedCode<Owner> = { readonly owner: Owner; readonly isCanary: boolean } | { readonly refusal: CodeRefusal };

// A byte order mark is kept: swallowing it would let two different scans count as the same code.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** C0 and C1 control characters and DEL: no local system prints them, binary symbols and GBK read as Latin-1 have them. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

function parseText(code: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(code);
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const isRecognised = (recogniser: LiteralRecogniser, text: string, bytes: number): boolean =>
  bytes >= recogniser.minLength &&
  bytes <= recogniser.maxLength &&
  text.startsWith(recogniser.prefix) &&
  text.includes(recogniser.infix, recogniser.prefix.length);

/**
 * The one province whose registered recognisers take `code`, a scan as it came. Never a guess: none is `CODE_UNKNOWN`,
 * more than one is `CODE_AMBIGUOUS` whichever looks closer, and what is not UTF-8 text (GBK included) is
 * `CODE_NOT_TEXT`. Nothing is trimmed, folded or decoded twice. A canary's code names its province, and no recogniser is asked.
 */
export function recogniseCode<Owner extends CodeOwner>(code: Uint8Array, owners: readonly Owner[]): RecognisedCode<Owner> {
  const text = parseText(code);
  if (text === undefined) return { refusal: 'CODE_NOT_TEXT' };
  const canary = parseCanaryCode(text);
  if (canary !== undefined) {
    const owner = owners.find((candidate) => candidate.code === canary.province);
    return owner === undefined ? { refusal: 'CODE_UNKNOWN' } : { owner, isCanary: true };
  }
  let found: Owner | undefined;
  for (const owner of owners) {
    if (!owner.recognisers.some((recogniser) => isRecognised(recogniser, text, code.byteLength))) continue;
    if (found !== undefined) return { refusal: 'CODE_AMBIGUOUS' };
    found = owner;
  }
  return found === undefined ? { refusal: 'CODE_UNKNOWN' } : { owner: found, isCanary: false };
}
