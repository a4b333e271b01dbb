import jsonpointer from 'jsonpointer';
import { AdapterError } from '../errors.js';
import type { CodeRecogniser } from '../province-system.js';
import { decodeBase64, decodeText } from './charset.js';
import { parseRow } from './delimited.js';
import type { DecodeStep } from './mapping-schema.js';

/** What a scanned text holds, by the names the mapping gives it; `code` is the whole text. */
export type DecodedCode = Readonly<Record<string, string>>;

const CHARACTERS: Readonly<Record<NonNullable<DecodeStep['form']>['characters'], RegExp>> = {
  digits: /^[0-9]*$/,
  'lower-hex': /^[0-9a-f]*$/,
  'upper-hex': /^[0-9A-F]*$/,
  hex: /^[0-9A-Fa-f]*$/,
  'letters-and-digits': /^[0-9A-Za-z]*$/,
  'upper-letters-and-digits': /^[0-9A-Z]*$/,
  base64: /^[0-9A-Za-z+/]*={0,2}$/,
  base64url: /^[0-9A-Za-z_-]*={0,2}$/,
  any: /^[^\p{Cc}\p{Cs}]*$/u,
};

function refuse(why: string): never {
  throw new AdapterError('LOCAL_CODE_INVALID', why);
}

function fromUrl(text: string, parameter: string): string {
  const values = URL.canParse(text) ? new URL(text).searchParams.getAll(parameter) : [];
  const [value] = values;
  // Two of a name are two codes: which of them a scanner reads is anybody's guess.
  return value === undefined || values.length !== 1 ? refuse(`has no parameter ${parameter}, or several`) : value;
}

function fromJson(text: string, pointer: string): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    refuse('holds no JSON');
  }
  const value: unknown = typeof document === 'object' && document !== null ? jsonpointer.get(document, pointer) : undefined;
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : refuse(`has no ${pointer}`);
}

function cut(text: string, step: DecodeStep): string {
  if (step.after !== undefined) {
    const at = text.indexOf(step.after);
    return at === -1 ? refuse('lacks the text before') : text.slice(at + step.after.length);
  }
  if (step.before === undefined) return text;
  const at = text.indexOf(step.before);
  return at === -1 ? refuse('lacks the text behind') : text.slice(0, at);
}

function take(text: string, step: DecodeStep): string {
  if (step.queryParameter !== undefined) return fromUrl(text, step.queryParameter);
  if (step.base64 !== undefined) return decodeText(decodeBase64(text, step.base64, 'LOCAL_CODE_INVALID'), step.charset, 'LOCAL_CODE_INVALID');
  if (step.json !== undefined) return fromJson(text, step.json);
  if (step.field === undefined) return cut(text, step);
  const row = parseRow(text, step.field.delimiter, 'LOCAL_CODE_INVALID');
  return row.length === step.field.of ? (row[step.field.number - 1] ?? '') : refuse('has another number of fields');
}

function requireForm(value: string, form: DecodeStep['form']): void {
  if (form === undefined) return;
  const { characters, length, minLength = length ?? 0, maxLength = length ?? 0 } = form;
  if (value.length < minLength || value.length > maxLength || !CHARACTERS[characters].test(value)) refuse('was not read whole');
}

/**
 * Takes a scanned text apart, step by step.
 *
 * @param code attacker-controlled
 * @throws AdapterError `LOCAL_CODE_FOREIGN` for a text that begins as no code of this province; `LOCAL_CODE_INVALID` for one that
 * does and was not read whole
 */
export function decodeCode(code: string, recognisers: readonly CodeRecogniser[], steps: readonly DecodeStep[]): DecodedCode {
  const own = recognisers.filter(({ prefix }) => code.startsWith(prefix));
  if (own.length === 0) throw new AdapterError('LOCAL_CODE_FOREIGN', 'no code of this province begins so');
  const size = Buffer.byteLength(code);
  if (!own.some(({ infix, maxLength, minLength, prefix }) => code.includes(infix, prefix.length) && size >= minLength && size <= maxLength)) refuse('is no whole code of this province');
  const decoded: Record<string, string> = { code };
  for (const step of steps) {
    const value = take(decoded[step.from] ?? '', step);
    requireForm(value, step.form);
    decoded[step.as] = value;
  }
  return decoded;
}
