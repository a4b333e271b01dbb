import { endOfChinaDay, formatChinaTime } from '../../local-format/china-time.js';
import { RESULT_PENDING } from '../../stand-in/pending-result.js';
import { maskName, type SyntheticPerson } from '../../stand-in/synthetic-people.js';

/** Ours: sampled yesterday at eight in the morning, reported at eight in the evening. Milliseconds before the end of today. */
const SAMPLED_BEFORE = 40 * 3_600_000;
const REPORTED_BEFORE = 28 * 3_600_000;

/** STAND-IN: a person's last test in the documented members; `null` for somebody without one. @param now milliseconds since the epoch */
export function testAnswer({ name, fields }: SyntheticPerson, now: number): unknown {
  const { nat_result } = fields;
  if (nat_result === undefined) return null;
  const midnight = endOfChinaDay(now);
  const sample_date = fields['sample_date'] ?? formatChinaTime(midnight - SAMPLED_BEFORE);
  const sample = {
    name: maskName(name),
    card_type_name: '居民身份证',
    collect_mode: fields['collect_mode'] ?? '1',
    check_project: '新型冠状病毒核酸检测',
    sample_type_name: '咽拭子',
    sample_date,
    collect_date: sample_date,
  };
  if (nat_result === RESULT_PENDING) return sample;
  return {
    ...sample,
    nat_result,
    nat_result_name: nat_result === '1' ? '阴性' : '',
    report_date: fields['report_date'] ?? formatChinaTime(midnight - REPORTED_BEFORE),
    test_orgname: '测试检测机构',
  };
}
