import { describe, expect, it } from 'vitest';
import { readDocument, readTyped } from './read-shown.js';

describe('readTyped', () => {
  it('takes a code as it is, but for what surrounds it', () => {
    expect(readTyped('  eyJhbGciOiJFUzI1NiJ9.e30.AA \n')).toMatchObject({ kind: 'code', text: 'eyJhbGciOiJFUzI1NiJ9.e30.AA' });
    expect(readTyped('ＣＮＨＣ１：ＡＢ')).toMatchObject({ kind: 'code', text: 'CNHC1:AB' });
    expect(readTyped(' \n')).toBeUndefined();
  });

  it('knows the number of an identity card, of a reader or typed, by its check digit', () => {
    expect(readTyped('520199190001010016')).toEqual({ kind: 'document', document: { type: '01', number: '520199190001010016' }, homeProvince: '' });
    expect(readTyped('11010519491231002x')).toMatchObject({ kind: 'document', document: { number: '11010519491231002X' } });
    expect(readTyped('520199190001010017')).toMatchObject({ kind: 'code' });
  });
});

describe('readDocument', () => {
  it('reads a number with spaces or full-width digits', () => {
    expect(readDocument('01', ' 520199 19000101 0016', '520000')).toEqual({ kind: 'document', document: { type: '01', number: '520199190001010016' }, homeProvince: '520000' });
    expect(readDocument('03', 'ｅ１２３４５６７８', '')).toMatchObject({ document: { type: '03', number: 'E12345678' } });
  });

  it.each([['01', '520199190001010017', 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID'], ['01', '5201', 'IDENTITY_DOCUMENT_NUMBER_INVALID'], ['99', '1', 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED']])('refuses %s %s', (type, number, code) => {
    expect(() => readDocument(type, number, '')).toThrow(expect.objectContaining({ code }));
  });
});
