/** Every character of a USCC in the order of its value: digits and capitals without I, O, S, V and Z. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

const FORM = /^[0-9A-HJ-NPQRTUWXY]{18}$/;

/** 统一社会信用代码, GB 32100-2015: 17 characters weighted by powers of 3 modulo 31, and a check character. */
export function isUnifiedSocialCreditCode(text: string): boolean {
  if (!FORM.test(text)) return false;
  let sum = 0;
  let weight = 1;
  for (const character of text.slice(0, 17)) {
    sum += ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return text.charAt(17) === ALPHABET.charAt((31 - (sum % 31)) % 31);
}
