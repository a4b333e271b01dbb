import { describe, expect, it } from 'vitest';

import { codeOf } from './attestation.fixture.js';
import { parseIdentityDocument } from './identity-document.js';

/** The example numbers of GB 11643-1999, and synthetic ones. */
const NUMBERS = ['11010519491231002X', '440524188001010014', '999999190001010015'] as const;

describe('parseIdentityDocument', () => {
  for (const number of NUMBERS) {
    it(`accepts the resident identity number ${number}`, () => {
      expect(parseIdentityDocument('01', number)).toEqual({ type: '01', number });
    });

    it(`refuses every other check character of ${number}`, () => {
      for (const check of '0123456789X') {
        if (check === number.slice(-1)) continue;
        const code = codeOf(() => parseIdentityDocument('01', number.slice(0, -1) + check));
        expect(code).toBe('IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID');
      }
    });
  }

  it('refuses every change of one digit and every swap of two different neighbours', () => {
    const number = NUMBERS[0];
    for (let index = 0; index < 17; index++) {
      const swapped = number.slice(0, index) + number.charAt(index + 1) + number.charAt(index) + number.slice(index + 2);
      if (swapped !== number) expect(codeOf(() => parseIdentityDocument('01', swapped))).toMatch(/^IDENTITY_DOCUMENT_/);
      for (const digit of '0123456789') {
        const changed = number.slice(0, index) + digit + number.slice(index + 1);
        if (changed !== number) expect(codeOf(() => parseIdentityDocument('01', changed))).toMatch(/^IDENTITY_DOCUMENT_/);
      }
    }
  });

  const malformed: Readonly<Record<string, string>> = {
    'an empty number': '',
    'a masked number': '110105********002X',
    'fifteen digits, the form before 1999': '110105491231002',
    'a lower-case x': '11010519491231002x',
    'a space': '11010519491231002X ',
    'full-width digits': '１１０１０５１９４９１２３１００２Ｘ',
    'a month 13': '110105194913310021',
    'the 30th of February': '110105194902300021',
    'the 29th of February in a common year': '110105190102290021',
    'a day 0': '110105194912000021',
    'a region that begins with 0': '010105194912310021',
    'a year before 1800': '110105179912310021',
  };
  for (const [name, number] of Object.entries(malformed)) {
    it(`refuses ${name}`, () => {
      expect(codeOf(() => parseIdentityDocument('01', number))).toBe('IDENTITY_DOCUMENT_NUMBER_INVALID');
    });
  }

  it('accepts the 29th of February in a leap year', () => {
    const first17 = '11010520000229002';
    const isAccepted = (check: string): boolean =>
      codeOf(() => parseIdentityDocument('01', first17 + check)) === 'nothing thrown';
    const accepted = Array.from('0123456789X').filter(isAccepted);
    expect(accepted).toHaveLength(1);
  });

  for (const [type, number] of [['03', 'E00000000'], ['06', 'H00000000'], ['06', 'M0000000001'], ['07', '00000000']] as const) {
    it(`accepts a document of type ${type}`, () => {
      expect(parseIdentityDocument(type, number)).toEqual({ type, number });
    });
  }

  for (const [type, number] of [['03', 'e00000000'], ['03', 'E 0000000'], ['06', 'A00000000'], ['07', '0000000']] as const) {
    it(`refuses ${JSON.stringify(number)} for type ${type}`, () => {
      expect(codeOf(() => parseIdentityDocument(type, number))).toBe('IDENTITY_DOCUMENT_NUMBER_INVALID');
    });
  }

  for (const type of ['', '1', '02', '04', '10', '99', '111']) {
    it(`refuses document type "${type}"`, () => {
      expect(codeOf(() => parseIdentityDocument(type, NUMBERS[0]))).toBe('IDENTITY_DOCUMENT_TYPE_UNSUPPORTED');
    });
  }
});
