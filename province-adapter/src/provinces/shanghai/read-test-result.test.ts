import { describe, expect, it } from 'vitest';
import { noTestKnown } from '../../local-format/translate-test-result.js';
import { withExtraFields } from '../../stand-in/fault.js';
import { readTestResult } from './read-test-result.js';

const READ = { nat_result: '1', sample_date: '2022-04-01 08:00:00', report_date: '2022-04-01 20:00:00', collect_mode: '10' };

/** Everything that is documented for a test. */
const TEST = {
  ...READ,
  nat_result_name: '阴性',
  collect_date: '2022-04-01 08:00:00',
  check_project: '新型冠状病毒核酸检测',
  sample_type_name: '咽拭子',
  test_orgname: '测试检测机构',
  card_type_name: '居民身份证',
  name: '测试甲一',
};

describe('readTestResult of 随申码', () => {
  it('takes result, times and way of sampling, and names nobody', () => {
    expect(readTestResult(withExtraFields(TEST))).toEqual(READ);
  });

  it('leaves out what is not stated yet', () => {
    expect(readTestResult({ ...TEST, nat_result: null, report_date: undefined })).toEqual({
      sample_date: READ.sample_date,
      collect_mode: READ.collect_mode,
    });
  });

  it('knows of no test where there is none', () => {
    expect(readTestResult(null)).toEqual(noTestKnown);
  });

  it.each([
    [{ ...TEST, nat_result: 1 }],
    [{ ...TEST, sample_date: 1_648_771_200_000 }],
    [{ ...TEST, sample_date: undefined }],
    [{ ...TEST, report_date: {} }],
    [{ ...TEST, collect_mode: 10 }],
    [JSON.stringify(TEST)],
    [[TEST]],
    [undefined],
  ])('refuses %j', (data) => {
    expect(() => readTestResult(data)).toThrow(expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error);
  });
});
