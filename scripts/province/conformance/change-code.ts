import type { Change } from './suite-schema.js';

/** What a change may look at beside the code itself. */
export interface CodeSurroundings {
  /** Beginning of every code of the province, as registered; what follows is what varies. */
  readonly prefix: string;
  /** A code of somebody else. */
  readonly another: string;
  /** 0 to 1. */
  readonly random: () => number;
}

const placeOf = (length: number, fraction: number): number => Math.min(length - 1, Math.max(0, Math.floor(length * fraction)));

/** Another of the same class, so that the form stays. */
function another(character: string, random: () => number): string {
  const [from, size] = /[0-9]/.test(character) ? ['0', 10] : /[a-f]/.test(character) ? ['a', 6] : /[a-z]/.test(character) ? ['a', 26] : ['A', 26];
  if (!/[0-9A-Za-z]/.test(character)) return character;
  const offset = (character.charCodeAt(0) - from.charCodeAt(0) + 1 + Math.floor(random() * (size - 1))) % size;
  return String.fromCharCode(from.charCodeAt(0) + offset);
}

const replaceAt = (text: string, at: number, character: string): string => text.slice(0, at) + character + text.slice(at + 1);

/** The place of the varying part at a fraction; the nearest letter or digit from there on, or back from there. */
function varyingPlace(code: string, prefix: string, fraction: number): number {
  const begin = code.startsWith(prefix) ? prefix.length : 0;
  const wanted = begin + placeOf(code.length - begin, fraction);
  for (let at = wanted; at < code.length; at += 1) if (/[0-9A-Za-z]/.test(code[at] ?? '')) return at;
  for (let at = wanted; at >= 0; at -= 1) if (/[0-9A-Za-z]/.test(code[at] ?? '')) return at;
  return wanted;
}

const swapCase = (text: string): string => Array.from(text, (character) => (character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase())).join('');

const LETTERS = {
  upper: (text: string) => text.toUpperCase(),
  lower: (text: string) => text.toLowerCase(),
  swapped: swapCase,
} as const;

type Step = (code: string, change: Change, around: CodeSurroundings) => string;

/** One line for each member of a change, in the order in which they apply. */
const STEPS: Readonly<Record<Exclude<keyof Change, 'appendBytes' | 'between'>, Step>> = {
  whole: (code, { whole }) => whole ?? code,
  keep: (code, { keep = 1 }) => code.slice(0, Math.floor(code.length * keep)),
  keepCharacters: (code, { keepCharacters }) => code.slice(0, keepCharacters),
  prefixAlone: (_code, _change, { prefix }) => prefix,
  dropFirst: (code, { dropFirst = 0 }) => code.slice(dropFirst),
  dropLast: (code, { dropLast = 0 }) => code.slice(0, code.length - dropLast),
  cutOut: (code, { cutOut }) => {
    const at = placeOf(code.length, cutOut?.at ?? 0);
    return code.slice(0, at) + code.slice(at + (cutOut?.characters ?? 0));
  },
  halfOfAnother: (code, _change, around) => {
    const begin = code.startsWith(around.prefix) ? around.prefix.length : 0;
    const middle = begin + Math.floor((code.length - begin) / 2);
    return code.slice(0, middle) + around.another.slice(middle);
  },
  flip: (code, { flip = 0 }, { prefix, random }) => {
    const at = varyingPlace(code, prefix, flip);
    return replaceAt(code, at, another(code[at] ?? '', random));
  },
  swapAt: (code, { swapAt = 0 }, { prefix }) => {
    for (let at = varyingPlace(code, prefix, swapAt); at + 1 < code.length; at += 1) {
      if (code[at] !== code[at + 1]) return code.slice(0, at) + (code[at + 1] ?? '') + (code[at] ?? '') + code.slice(at + 2);
    }
    return code;
  },
  scramble: (code, _change, { prefix, random }) => {
    const begin = code.startsWith(prefix) ? prefix.length : 0;
    return code.slice(0, begin) + Array.from(code.slice(begin), (character) => another(character, random)).join('');
  },
  letters: (code, { letters = 'upper' }) => LETTERS[letters](code),
  replace: (code, { replace = {} }) => Array.from(code, (character) => replace[character] ?? character).join(''),
  replaceFirst: (code, { replaceFirst }) => (replaceFirst === undefined ? code : code.replace(replaceFirst.find, () => replaceFirst.with)),
  insert: (code, { insert }) => {
    const at = placeOf(code.length, insert?.at ?? 0);
    return code.slice(0, at) + (insert?.text ?? '') + code.slice(at);
  },
  percentAt: (code, { percentAt = 0 }, { prefix }) => {
    const at = varyingPlace(code, prefix, percentAt);
    return replaceAt(code, at, `%${(code.charCodeAt(at) || 0).toString(16).toUpperCase().padStart(2, '0')}`);
  },
  scheme: (code, { scheme = '' }) => code.replace(/^[^:]*/, scheme),
  repeat: (code, { repeat = 1, between = '' }) => Array.from({ length: repeat }, () => code).join(between),
  prepend: (code, { prepend = '' }) => prepend + code,
  append: (code, { append = '' }) => code + append,
  padTo: (code, { padTo = 0 }) => code.padEnd(padTo, '0'),
};

/** The bytes that are scanned instead of `code`. */
export function changeCode(code: string, change: Change, around: CodeSurroundings): Uint8Array {
  let text = code;
  for (const [member, step] of Object.entries(STEPS)) {
    if (change[member as keyof Change] !== undefined) text = step(text, change, around);
  }
  return Buffer.concat([Buffer.from(text), Buffer.from(change.appendBytes ?? '', 'hex')]);
}
