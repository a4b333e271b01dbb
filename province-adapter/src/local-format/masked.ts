/**
 * What a local system calls masked (脱敏) is documented for none of them to the character, so it is judged here by what can be
 * read of it. Ours; where it says no, the text is a person's particulars and goes no further.
 */
const MASKED_NAME = /^\p{L}\*{1,31}$/u;
const MASKED_NUMBER = /^([0-9A-Za-z]{0,6})(\*{1,32})([0-9A-Za-z]?)$/;

/** 脱敏姓名: of a name, no more than its first character can be read. 张*** is masked, 张三丰* and 张*丰 are not. */
export function isMaskedName(text: string): boolean {
  return MASKED_NAME.test(text);
}

/**
 * 脱敏证件号码: of an identity number, no more than its first six characters (the region) and its last (the check character) can be
 * read, and less of it than is hidden. Birth date and sequence are what makes a number one person's: the common form that leaves the
 * last four readable as well leaves some thousand numbers to choose from, and of somebody whose age can be seen a few dozen.
 */
export function isMaskedNumber(text: string): boolean {
  const [, begin = '', hidden = '', end = ''] = MASKED_NUMBER.exec(text) ?? [];
  return hidden.length > begin.length + end.length;
}
