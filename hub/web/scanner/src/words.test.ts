import { describe, expect, it } from 'vitest';
import documented from '../../../../docs/error-codes.md?raw';
import { fillIn, preferredLanguage } from '../../shared/language.js';
import { momentInWords, spanInWords } from '../../shared/span.js';
import { ERROR_WORDS } from './error-words.js';
import { TEXTS } from './texts.js';

describe('the page’s words', () => {
  it('have the same places to fill in in both languages', () => {
    const places = (text: string): readonly string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [name, zh] of Object.entries(TEXTS.zh)) expect([name, places(zh)]).toEqual([name, places(TEXTS.en[name as keyof typeof TEXTS.en])]);
  });

  it('are about codes that there are', () => {
    expect(Object.keys(ERROR_WORDS).filter((code) => !documented.includes(code))).toEqual([]);
  });

  it('say ages and moments as people do', () => {
    expect([0, 119, 120, 7199, 7200, 172_799, 172_800].map((seconds) => spanInWords(seconds, 'en'))).toEqual(['0 seconds', '119 seconds', '2 minutes', '119 minutes', '2 hours', '47 hours', '2 days']);
    expect([spanInWords(-5, 'zh'), spanInWords(1, 'en'), momentInWords(1_700_000_000, 'zh')]).toEqual(['0 秒', '1 second', '11月15日 06:13']);
  });

  it('are in the language of whoever reads, Chinese where it is none of ours', () => {
    expect([['en-US'], ['fr', 'en'], ['zh-Hant-HK', 'en'], ['ug']].map(preferredLanguage)).toEqual(['en', 'en', 'zh', 'zh']);
    expect(fillIn('{a} and {b}', { a: 1 })).toBe('1 and {b}');
  });
});
