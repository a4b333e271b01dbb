/** A person who does not exist. */
export interface SyntheticPerson {
  /** Key in the stand-in's store: `<document type>:<document number>`. */
  readonly id: string;
  readonly name: string;
  /** WS 364.3 CV02.01.101. */
  readonly documentType: string;
  readonly documentNumber: string;
  readonly phone: string;
  /** What the local system holds about the person, by its own field names. */
  readonly fields: Readonly<Record<string, string>>;
  /** Last change of `fields`, milliseconds since the epoch; 0 for a person as first written. */
  readonly changedAt: number;
}

const STEMS = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
const NUMERALS = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/**
 * An 18-character number of the form of GB 11643-1999 with a right check digit, plainly nobody's: no region begins with 99,
 * and nobody born in January 1900 is alive.
 *
 * @param region six digits beginning with 99
 * @param index 0 to 899
 */
export function syntheticIdNumber(region: string, index: number): string {
  const day = String((index % 28) + 1).padStart(2, '0');
  const body = `${region}190001${day}${String(index + 1).padStart(3, '0')}`;
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(body[place]), 0);
  return body + '10X98765432'.charAt(sum % 11);
}

/** 测试甲一, 测试乙一, … 测试甲二, …: the n-th name. @param index 0 to 89 */
export function syntheticName(index: number): string {
  return `测试${STEMS[index % 10] ?? ''}${NUMERALS[Math.floor(index / 10)] ?? ''}`;
}

/** One synthetic person per entry of `fields`, in that order, each with an identity card of `region`. */
export function createSyntheticPeople(
  region: string,
  fields: readonly Readonly<Record<string, string>>[],
): readonly SyntheticPerson[] {
  return fields.map((own, index) => {
    const documentNumber = syntheticIdNumber(region, index);
    return {
      id: `01:${documentNumber}`,
      name: syntheticName(index),
      documentType: '01',
      documentNumber,
      phone: `1990000${String(index).padStart(4, '0')}`,
      fields: own,
      changedAt: 0,
    };
  });
}

/** 脱敏姓名: the first character stays. */
export function maskName(name: string): string {
  const [first = '', ...rest] = name;
  return first + '*'.repeat(rest.length);
}

/** 脱敏证件号码: the first and the last character stay. */
export function maskNumber(number: string): string {
  return number.length < 3
    ? '*'.repeat(number.length)
    : `${number.slice(0, 1)}${'*'.repeat(number.length - 2)}${number.slice(-1)}`;
}
