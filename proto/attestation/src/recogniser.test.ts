import { describe, expect, it } from 'vitest';
import { mayTakeTheSame, type Recogniser } from './recogniser.js';

const recogniser = (prefix: string, infix = '', minLength = 1, maxLength = 100): Recogniser => ({ prefix, infix, minLength, maxLength });

/** The answer may not depend on who came first. */
const overlap = (one: Recogniser, other: Recogniser): boolean => {
  const answer = mayTakeTheSame(one, other);
  expect(mayTakeTheSame(other, one)).toBe(answer);
  return answer;
};

describe('mayTakeTheSame', () => {
  it('sees that one text could be taken by both', () => {
    expect(overlap(recogniser('https://a/'), recogniser('https://a/b'))).toBe(true);
    expect(overlap(recogniser('https://a/b', 'xxxx'), recogniser('https://a/', 'xxxx'))).toBe(true);
    expect(overlap(recogniser('https://a/'), recogniser('https://a/', 'qrCodeNo='))).toBe(true);
  });

  it('leaves apart other beginnings and other lengths', () => {
    expect(overlap(recogniser('https://a/'), recogniser('https://b/'))).toBe(false);
    expect(overlap(recogniser('HC:1', '', 4, 10), recogniser('HC:1', '', 11, 20))).toBe(false);
  });

  it('sees that one text can hold two different infixes', () => {
    expect(overlap(recogniser('https://a/', 'qrCode='), recogniser('https://a/', 'token='))).toBe(true);
    expect(overlap(recogniser('https://a/', 'qrCodeNo='), recogniser('https://a/', 'token='))).toBe(true);
  });

  it('leaves infixes apart that do not fit together into any length both accept', () => {
    expect(overlap(recogniser('HC:1', 'abcd', 8, 11), recogniser('HC:1', 'wxyz', 8, 20))).toBe(false);
    expect(overlap(recogniser('HC:1', 'abcd', 8, 12), recogniser('HC:1', 'wxyz', 8, 20))).toBe(true);
    // abcdef holds both, and so does the prefix together with what follows it.
    expect(overlap(recogniser('HC:1', 'abcd', 8, 10), recogniser('HC:1', 'cdef', 8, 20))).toBe(true);
    expect(overlap(recogniser('HC:1', 'abcd', 8, 10), recogniser('HC:1ab', 'cdef', 8, 20))).toBe(true);
  });

  it('lets two systems behind one address be told apart by long infixes', () => {
    expect(overlap(recogniser('https://a/', 'qrCodeNo='), recogniser('https://a/', 'personToken='))).toBe(false);
    expect(overlap(recogniser('https://a/', 'qrCodeNo='), recogniser('https://a/h5/', 'personToken='))).toBe(false);
  });

  it('lets nobody take a long infix that another infix or another prefix holds', () => {
    expect(overlap(recogniser('https://a/', 'qrCodeNo='), recogniser('https://a/', 'my-qrCodeNo=1'))).toBe(true);
    expect(overlap(recogniser('https://a/', 'qrCodeNo='), recogniser('https://a/h5?qrCodeNo=', 'personToken='))).toBe(true);
  });
});
