/** What random texts are made of; the same words say in `form.characters` what a scanned text is made of. */
const ALPHABETS = {
  digits: '0123456789',
  'lower-hex': '0123456789abcdef',
  'upper-hex': '0123456789ABCDEF',
  'letters-and-digits': '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  'upper-letters-and-digits': '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
} as const;

/** What a random text is made of. */
export type Alphabet = keyof typeof ALPHABETS;

/** All of them. */
export const ALPHABET_NAMES = ['digits', 'lower-hex', 'upper-hex', 'letters-and-digits', 'upper-letters-and-digits'] as const satisfies readonly Alphabet[];

/** Longer than any serial number, in characters. */
const LONGEST = 256;

const RANDOM_SYNTAX = /^([a-z-]+):([1-9]\d{0,2})$/;

/** More random bytes than characters, so that no character is likelier than another by more than one in 2^64. */
const SPARE_BYTES = 8;

/** @param randomHex that many random bytes in lower-case hex */
export function randomText(alphabet: Alphabet, length: number, randomHex: (bytes: number) => string): string {
  const characters = ALPHABETS[alphabet];
  const size = BigInt(characters.length);
  let rest = BigInt(`0x${randomHex(length + SPARE_BYTES)}`);
  let text = '';
  for (let place = 0; place < length; place += 1) {
    text += characters.charAt(Number(rest % size));
    rest /= size;
  }
  return text;
}

/** RFC 9562 §5.4. */
function randomUuid(randomHex: (bytes: number) => string): string {
  const hex = randomHex(16);
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Why nothing random can be written so; absent where it can: `uuid`, or `<characters>:<length>`. */
export function findRandomProblem(how: string): string | undefined {
  if (how === 'uuid') return undefined;
  const [, alphabet = '', length = ''] = RANDOM_SYNTAX.exec(how) ?? [];
  const isKnown = (ALPHABET_NAMES as readonly string[]).includes(alphabet) && Number(length) <= LONGEST;
  return isKnown ? undefined : `is not uuid, or one of ${ALPHABET_NAMES.join(', ')} with a length of at most ${LONGEST}, such as {random:lower-hex:32}`;
}

/** @param how without a problem */
export function formatRandom(how: string, randomHex: (bytes: number) => string): string {
  if (how === 'uuid') return randomUuid(randomHex);
  const [, alphabet = '', length = '0'] = RANDOM_SYNTAX.exec(how) ?? [];
  return randomText(alphabet as Alphabet, Number(length), randomHex);
}
