import { parseTemplate } from 'url-template';

/** `{name}` or `{name:how}`; every other brace is text. */
const PLACE = /\{([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*)(?::([^{}]+))?\}/g;

/** RFC 6570 §3.2.2, §3.2.8, §3.2.9: expansions that keep a scanned text inside its own place of an address. */
const URI_EXPRESSION = /^[?&]?[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*(?:,[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*)*$/;

/** Gives the text for a place of a template. @param how what stands after the colon; empty where nothing does */
export type FillPlace = (name: string, how: string) => string;

/** A template's place. */
export interface TemplatePlace {
  readonly name: string;
  readonly how: string;
}

/** The places of a template, in order. */
export function listPlaces(template: string): readonly TemplatePlace[] {
  return [...template.matchAll(PLACE)].map(([, name = '', how = '']) => ({ name, how }));
}

/** The template with every place filled. */
export function fillTemplate(template: string, fill: FillPlace): string {
  return template.replace(PLACE, (_whole, name: string, how: string | undefined) => fill(name, how ?? ''));
}

/** What may stand behind the colon beside the formats of times. */
export const PLACE_TYPES: readonly string[] = ['integer', 'boolean'];

/** The format of a time place: `epoch-seconds:text` is one too, of a time that is a text where others of the format are numbers. */
export function timeFormatOf(how: string): string {
  return how.replace(/:text$/, '');
}

/**
 * A text that is one place and nothing else is of the place's type: `{status:integer}` and `{now:epoch-seconds}` are numbers.
 *
 * @param filled the template with its place filled
 */
export function typeFilled(template: string, filled: string): unknown {
  const [place] = listPlaces(template);
  if (place === undefined || template !== `{${place.name}${place.how === '' ? '' : `:${place.how}`}}`) return filled;
  if (place.how === 'boolean' && /^(?:true|false)$/.test(filled)) return filled === 'true';
  return /^(?:integer|epoch-(?:milli)?seconds)$/.test(place.how) && /^-?(?:0|[1-9]\d{0,14})$/.test(filled) ? Number(filled) : filled;
}

/** The other way round: what stood in the places; absent where the text is not made from the template. */
export function matchTemplate(template: string, text: string): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  const places = [...template.matchAll(PLACE)];
  let rest = text;
  let from = 0;
  for (const [index, place] of places.entries()) {
    const before = template.slice(from, place.index);
    if (!rest.startsWith(before)) return undefined;
    rest = rest.slice(before.length);
    from = place.index + place[0].length;
    const after = template.slice(from, places[index + 1]?.index);
    const end = after === '' ? rest.length : rest.indexOf(after);
    if (end === -1) return undefined;
    found[place[1] ?? ''] = rest.slice(0, end);
    rest = rest.slice(end);
  }
  return rest === template.slice(from) ? found : undefined;
}

/** Every text of a JSON document, with its members. */
export function listTexts(document: unknown): readonly string[] {
  if (typeof document === 'string') return [document];
  if (Array.isArray(document)) return document.flatMap(listTexts);
  return typeof document === 'object' && document !== null ? Object.values(document).flatMap(listTexts) : [];
}

/** A JSON document with every text of it replaced. */
export function mapTexts(document: unknown, replace: (text: string) => unknown): unknown {
  if (typeof document === 'string') return replace(document);
  if (Array.isArray(document)) return document.map((child) => mapTexts(child, replace));
  if (typeof document !== 'object' || document === null) return document;
  return Object.fromEntries(Object.entries(document).map(([name, child]) => [name, mapTexts(child, replace)]));
}

/** Why a text is no URI Template (RFC 6570) that a request may be made from; absent for one that is. */
export function findUriTemplateProblem(text: string): string | undefined {
  if (!text.startsWith('/') || text.startsWith('//')) return 'must begin with one /';
  for (const [expression] of text.matchAll(/\{[^{}]*\}/g)) {
    if (/^\{[+#]/.test(expression)) return `${expression} would let a scanned text choose the path: leave + and # out`;
    if (!URI_EXPRESSION.test(expression.slice(1, -1))) return `${expression} is not an expression of a URI Template (RFC 6570) that is taken here: {name}, {?name,name} or {&name}`;
  }
  const literal = text.replace(/\{[^{}]*\}/g, '');
  if (/[{}]/.test(literal)) return 'has a brace that is not closed: no URI Template (RFC 6570)';
  return /[^!-~]/.test(literal) ? 'has a space or a character beyond ASCII: percent-encode it' : undefined;
}

/** The variables of a URI Template without problems. */
export function listUriVariables(template: string): readonly string[] {
  return [...template.matchAll(/\{[?&]?([^{}]*)\}/g)].flatMap(([, names = '']) => names.split(','));
}

/** RFC 6570. Every reserved character of a value is percent-encoded. */
export function expandUri(template: string, values: Readonly<Record<string, string>>): string {
  return parseTemplate(template).expand(values);
}
