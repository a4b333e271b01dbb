/** Says which scanned texts are codes of one province; literal, never a pattern. Lengths in bytes of UTF-8, both ends included. */
export interface Recogniser {
  /** The text begins with this. */
  readonly prefix: string;
  /** Text that must occur after the prefix; empty means none is asked for. */
  readonly infix: string;
  readonly minLength: number;
  readonly maxLength: number;
}

/** From this length on, in bytes, an infix tells apart two systems behind one address. */
const TELLING_INFIX_BYTES = 8;

const encoder = new TextEncoder();
const bytes = (text: string): number => encoder.encode(text).length;

/** The shortest text that begins with `text` and holds `infix` at `from` or later. */
function extend(text: string, infix: string, from: number): string {
  if (text.includes(infix, from)) return text;
  for (let at = Math.max(from, text.length - infix.length); at < text.length; at += 1) {
    if (infix.startsWith(text.slice(at))) return text.slice(0, at) + infix;
  }
  return text + infix;
}

/** Bytes of the shortest text that both take, lengths aside. `inner` has the longer prefix, which begins with the other's. */
function shortestOfBoth(outer: Recogniser, inner: Recogniser): number {
  const hold = (first: Recogniser, second: Recogniser): number =>
    bytes(extend(extend(inner.prefix, first.infix, first.prefix.length), second.infix, second.prefix.length));
  return Math.min(hold(outer, inner), hold(inner, outer));
}

/** Two systems behind one address, each with a long word of its own; the longer prefix may not say the other's word already. */
function isToldApart(outer: Recogniser, inner: Recogniser): boolean {
  const areTelling = bytes(outer.infix) >= TELLING_INFIX_BYTES && bytes(inner.infix) >= TELLING_INFIX_BYTES;
  const isOneInTheOther = outer.infix.includes(inner.infix) || inner.infix.includes(outer.infix);
  return areTelling && !isOneInTheOther && !inner.prefix.includes(outer.infix, outer.prefix.length);
}

/**
 * Whether registration keeps the two apart: one prefix begins the other, and a text of a length that both accept could
 * hold both infixes. Two long infixes of which neither holds the other are let through; the odd text with both is
 * CODE_AMBIGUOUS. Ours (decision 2): hub and adapters judge by it alike.
 */
export function mayTakeTheSame(one: Recogniser, other: Recogniser): boolean {
  const [outer, inner] = one.prefix.length <= other.prefix.length ? [one, other] : [other, one];
  if (!inner.prefix.startsWith(outer.prefix)) return false;
  const shortest = Math.max(one.minLength, other.minLength, shortestOfBoth(outer, inner));
  return shortest <= Math.min(one.maxLength, other.maxLength) && !isToldApart(outer, inner);
}
