/** Every character of a USCC in the order of its value: digits and capitals without I, O, S, V and Z. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

const FORM = /^[0-9A-HJ-NPQRTUWXY]{18}$/;

/** The check character that the 17 before it ask for. */
function checkCharacterOf(text: string): string {
  let sum = 0;
  let weight = 1;
  for (const character of text.slice(0, 17)) {
    sum += ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** 统一社会信用代码, GB 32100-2015: 17 characters weighted by powers of 3 modulo 31, and a check character. */
export const isUnifiedSocialCreditCode = (text: string): boolean => FORM.test(text) && text.charAt(17) === checkCharacterOf(text);

/** What keeps a text from being one, for whoever typed it; undefined where nothing does. Never quotes it. */
export function findCreditCodeFault(text: string): string | undefined {
  if (!FORM.test(text)) return 'must be a unified social credit code (GB 32100): 18 digits and capitals, without I, O, S, V and Z';
  return isUnifiedSocialCreditCode(text) ? undefined : 'is a unified social credit code (GB 32100) but for its last character, the check character, which does not fit the 17 before it';
}
