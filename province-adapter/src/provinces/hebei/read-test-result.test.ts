import { describe, expect, it } from 'vitest';
import { withExtraFields } from '../../stand-in/fault.js';
import { noTestKnown } from '../../local-format/translate-test-result.js';
import { readTestResult } from './read-test-result.js';

const HSJC = { hsjcjg: '1', hsjcjgmc: '阴性', hsjcsj: '2022-04-01 08:00:00' };
const content = (hsjc: unknown): unknown => ({ data: { fxdj: '00', hsjc } });

describe('readTestResult of 河北健康码', () => {
  it('takes the words and the time, whatever else stands there', () => {
    const { hsjcjg: _, ...taken } = HSJC;
    expect(readTestResult(withExtraFields(content(HSJC)))).toEqual(taken);
  });

  it.each([[undefined], [null], [{}], [{ hsjcjgmc: '阴性' }]])('knows of no test in %j', (hsjc) => {
    expect(readTestResult(content(hsjc))).toEqual(noTestKnown);
  });

  it.each([[{ ...HSJC, hsjcjgmc: 1 }], [{ ...HSJC, hsjcsj: 1_648_771_200 }], [[HSJC]], ['阴性'], [true]])('refuses %j', (hsjc) => {
    expect(() => readTestResult(content(hsjc))).toThrow(expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error);
  });
});
