/**
 * Text that a terminal or a page shows as it was written: no control character, no lone surrogate, and nothing that turns
 * the direction of reading (U+202A to U+202E, U+2066 to U+2069), which would let one province's text rearrange another's.
 */
export const PRINTABLE_TEXT = /^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u;
