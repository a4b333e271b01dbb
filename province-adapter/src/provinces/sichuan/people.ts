import { createSyntheticPeople, type SyntheticPerson } from '../../stand-in/synthetic-people.js';

type Fields = Readonly<Record<string, string>>;

const green: Fields = { risk_assessment_grade: '00', reason: '', guide: '请继续做好个人防护' };
const graded = (grade: string, reason: string, guide: string): Fields => ({
  risk_assessment_grade: grade,
  reason,
  guide,
});

/** What 天府健康通 holds about each synthetic person, in order; one yellow states no reason, one red states it in words of its own. */
const REPORTS: readonly Fields[] = [
  green,
  green,
  graded('01', '近14天内有中高风险地区旅居史', '请居家健康监测'),
  graded('10', '近14天内与确诊或疑似病例有接触史', '请立即联系所在社区'),
  green,
  graded('01', '', '请咨询所在社区'),
  graded('10', '核酸检测结果为阳性', '请就地等待转运'),
  graded('01', '申报有发热等症状', '请前往发热门诊'),
  green,
  green,
  graded('10', '正在隔离观察', '请配合隔离观察'),
  graded('10', '其他需要管控的情形', '请咨询所在社区'),
  ...Array.from({ length: 8 }, () => green),
  { ...green, report_valid_date: '2022-12-31 23:59:59' },
  green,
];

/** People with every other certificate_type; 16, 34 and 99 are none that people are referred to by across provinces. */
const OTHER_CERTIFICATES = [
  ['14', '06', 'H99000001'],
  ['15', '07', '99000002'],
  ['16', '99', '9900000301'],
  ['20', '03', 'E99000004'],
  ['34', '99', 'XXX990000000005'],
  ['99', '99', 'STANDIN-6'],
] as const;

/** People of the stand-in; none exists. */
export const people: readonly SyntheticPerson[] = [
  ...createSyntheticPeople(
    '995101',
    REPORTS.map((report) => ({ certificate_type: '10', rule_number: 'standin-1', ...report })),
  ),
  ...OTHER_CERTIFICATES.map(([certificate_type, documentType, documentNumber], index): SyntheticPerson => ({
    id: `${documentType}:${documentNumber}`,
    name: `测试证件${String(index + 1)}`,
    documentType,
    documentNumber,
    phone: `1990001${String(index).padStart(4, '0')}`,
    fields: { certificate_type, rule_number: 'standin-1', ...green },
    changedAt: 0,
  })),
];
