import type { EvidenceClass, HealthStatus } from '@health-code/attestation';
import type { HealthDeclaration } from '../national-code-port.js';
import type { AssignmentRule } from '../province-system.js';

/** What a rule looks at. */
export type DeclaredFacts = Pick<
  HealthDeclaration,
  'temperature' | 'symptoms' | 'highRiskAreaHistory' | 'contactHistory' | 'underIsolation'
>;

/** 发热: from here on, in degrees Celsius. */
export const FEVER = 37.3;

/** 赋码规则: one line of the published table. */
export interface AssignmentRow {
  /** Follows the province's code in the rule's id. */
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly applies: (facts: DeclaredFacts) => boolean;
  readonly status: HealthStatus;
  /** Empty for green: it needs no reason. */
  readonly reason: string;
  readonly evidence: EvidenceClass;
  readonly guidance: string;
}

/**
 * The published table, read from the top: the first row that applies decides. After the rules of Hubei and Jiangsu as the press
 * gave them; no national table is public, so this one is a reconstruction.
 */
export const ASSIGNMENT_TABLE: readonly AssignmentRow[] = [
  {
    name: 'declared-contact',
    version: '1',
    title: '申报有确诊或疑似病例接触史：红码',
    applies: (facts) => facts.contactHistory,
    status: '10',
    reason: 'CONTACT_HISTORY',
    evidence: 'self-declared',
    guidance: '请立即联系所在社区，不要乘坐公共交通工具',
  },
  {
    name: 'declared-risk-area',
    version: '1',
    title: '申报14天内有高风险地区旅居史：红码',
    applies: (facts) => facts.highRiskAreaHistory,
    status: '10',
    reason: 'RISK_AREA_HISTORY',
    evidence: 'self-declared',
    guidance: '请联系所在社区并配合隔离观察',
  },
  {
    name: 'declared-isolation',
    version: '1',
    title: '申报正在隔离观察：黄码',
    applies: (facts) => facts.underIsolation,
    status: '01',
    reason: 'UNDER_ISOLATION',
    evidence: 'self-declared',
    guidance: '请继续隔离观察至期满',
  },
  {
    name: 'declared-fever',
    version: '1',
    title: `申报体温不低于${FEVER}℃：黄码`,
    applies: (facts) => facts.temperature >= FEVER,
    status: '01',
    reason: 'FEVER',
    evidence: 'self-declared',
    guidance: '请前往发热门诊就诊',
  },
  {
    name: 'declared-symptoms',
    version: '1',
    title: '申报有相关症状：黄码',
    applies: (facts) => facts.symptoms.length > 0,
    status: '01',
    reason: 'SYMPTOMS',
    evidence: 'self-declared',
    guidance: '请前往医疗机构就诊',
  },
  {
    name: 'declared-nothing',
    version: '1',
    title: '申报无异常：绿码',
    applies: () => true,
    status: '00',
    reason: '',
    evidence: 'self-declared',
    guidance: '请继续做好个人防护',
  },
];

/** Id under which a province registers and cites a row. */
export function assignmentRuleId(provinceCode: string, row: AssignmentRow): string {
  return `${provinceCode}-${row.name}`;
}

/** The table as a province registers it at the hub. */
export function assignmentRules(provinceCode: string): readonly AssignmentRule[] {
  return ASSIGNMENT_TABLE.map((row) => ({
    id: assignmentRuleId(provinceCode, row),
    version: row.version,
    title: row.title,
  }));
}

/** 赋码: the row that decides. The last row applies to everybody. */
export function assignStatus(facts: DeclaredFacts, table: readonly AssignmentRow[] = ASSIGNMENT_TABLE): AssignmentRow {
  const row = table.find(({ applies }) => applies(facts));
  if (row === undefined) throw new TypeError('the table of assignment rules has no last row');
  return row;
}
