import type { Recogniser } from '../recogniser.js';
import type { PackagedProvince } from './offline-package.js';

/** How the code of every canary begins; no province may claim it as a beginning of its own. */
const CANARY_CODE = /^urn:cn:healthcode:canary:([1-9][0-9]{5}):(?:green|yellow|red|superseded|expired|malformed)$/;

/** C0 and C1 control characters, DEL, and halves of characters: no local system prints them, and a scanner that read something else gives them. */
const NOT_TEXT = /[\p{Cc}\p{Cs}\ufffd]/u;

/** Whose code a scanned text is, or why it is nobody's. */
export type LocalCode = { readonly owner: PackagedProvince } | { readonly refusal: 'CODE_NOT_TEXT' | 'CODE_UNKNOWN' | 'CODE_AMBIGUOUS' };

/**
 * The one province whose registered recognisers take a text, judged as the hub does. Never a guess: none is
 * `CODE_UNKNOWN`, more than one is `CODE_AMBIGUOUS` whichever looks closer. Nothing is trimmed or folded.
 *
 * @param bytes length of the text in UTF-8
 */
export function recogniseLocalCode(text: string, bytes: number, provinces: ReadonlyMap<string, PackagedProvince>): LocalCode {
  if (NOT_TEXT.test(text)) return { refusal: 'CODE_NOT_TEXT' };
  const [, canary] = CANARY_CODE.exec(text) ?? [];
  if (canary !== undefined) {
    const owner = provinces.get(canary);
    return owner === undefined ? { refusal: 'CODE_UNKNOWN' } : { owner };
  }
  let found: PackagedProvince | undefined;
  for (const province of provinces.values()) {
    if (!province.recognisers.some((recogniser) => takes(recogniser, text, bytes))) continue;
    if (found !== undefined) return { refusal: 'CODE_AMBIGUOUS' };
    found = province;
  }
  return found === undefined ? { refusal: 'CODE_UNKNOWN' } : { owner: found };
}

const takes = ({ prefix, infix, minLength, maxLength }: Recogniser, text: string, bytes: number): boolean =>
  bytes >= minLength && bytes <= maxLength && text.startsWith(prefix) && text.includes(infix, prefix.length);
