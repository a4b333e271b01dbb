/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

/** What no text of a page holds: control characters, lone surrogates, and what turns the direction of reading (U+202A–E, U+2066–9, marks). */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;

type Value = Html | string | number | readonly Html[];

function render(value: Value): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value.replace(UNPRINTABLE, '').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
  return value.map(({ text }) => text).join('');
}

/** Whatever stands in the template as text is escaped, for content and for quoted attributes; nothing else may stand in one. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, at) => part + render(values[at] ?? '')).join(''));
}

/** Nothing. */
export const NO_HTML = new Html('');
