import { describe, expect, it } from 'vitest';
import { formatChangeTime, parseChangeTime } from './change-time.js';

describe('parseChangeTime', () => {
  it('reads yyyymmddhh24miss in Asia/Shanghai', () => {
    const moment = Date.UTC(2022, 3, 1, 0, 30, 15);
    expect(parseChangeTime('20220401083015')).toBe(moment / 1000);
    expect(formatChangeTime(moment)).toBe('20220401083015');
  });

  it.each(['20220431083015', '20220401243015', '2022040108301', '202204010830150', '2022-04-01 08:30:15', '', 'yyyymmddhh24mi'])(
    'refuses %j',
    (text) => {
      expect(() => parseChangeTime(text)).toThrow(expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error);
    },
  );
});
