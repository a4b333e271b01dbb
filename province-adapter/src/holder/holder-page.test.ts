import { describe, expect, it } from 'vitest';
import { untilText } from './holder-page.js';
import { chooseLanguage, refusalText } from './holder-texts.js';
import { STATUS_LOOKS } from './status-look.js';

const at = (text: string): number => Date.parse(`${text}+08:00`) / 1000;

describe('the page of a holder', () => {
  it('says the end of a day as 24:00 of that day, and every other moment exactly', () => {
    expect(untilText(at('2022-03-21T00:00:00'))).toBe('2022-03-20 24:00');
    expect(untilText(at('2022-03-20T23:59:59'))).toBe('2022-03-20 23:59:59');
    expect(untilText(at('2022-03-20T14:37:00'))).toBe('2022-03-20 14:37');
    expect(untilText(at('2022-01-01T00:00:00'))).toBe('2021-12-31 24:00');
  });

  it('tells statuses apart by colour, by shape and by word in each language', () => {
    for (const feature of ['name', 'shape', 'zh', 'en'] as const) expect(new Set(Object.values(STATUS_LOOKS).map((look) => look[feature])).size).toBe(4);
  });

  it.each([['en', 'zh-CN', 'en'], ['"><b>', 'en-GB,en', 'en'], [undefined, undefined, 'zh'], [['en'], 'fr', 'zh']] as const)('speaks the language chosen, else the browser\'s, else Chinese: %j, %j', (chosen, accepted, language) => {
    expect(chooseLanguage(chosen, accepted)).toBe(language);
  });

  it('has a sentence for every code, its own or the one for all', () => {
    expect(refusalText('en', 'LOCAL_AGENT_ENDED')).not.toBe(refusalText('en', 'ADAPTER_FAILED'));
    expect(refusalText('zh', 'toString')).toBe(refusalText('zh', 'ADAPTER_FAILED'));
  });
});
