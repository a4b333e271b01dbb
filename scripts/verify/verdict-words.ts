import { v1 } from '@health-code/messages';

/** One word of a verdict as people read it. */
export interface Words {
  /** 中文. */
  readonly zh: string;
  /** English. */
  readonly en: string;
}

/** Name of an enumeration's value without its prefix, in lower case with hyphens: `RECOGNITION_NO_RULE` → `no-rule`. */
export function shortName(enumeration: Readonly<Record<number, string>>, prefix: string, value: number): string {
  const name = enumeration[value];
  return name === undefined ? `unknown-${String(value)}` : name.slice(prefix.length + 1).toLowerCase().replaceAll('_', '-');
}

const names = v1 as unknown as Readonly<Record<string, Readonly<Record<number, string>>>>;
const of = (type: string, prefix: string) => (value: number | null | undefined): string => shortName(names[type] ?? {}, prefix, value ?? 0);

/** `green`, `yellow`, `red`, or `unspecified`. */
export const statusName = of('HealthStatus', 'HEALTH_STATUS');
/** `recognised`, or why not. */
export const recognitionName = of('Recognition', 'RECOGNITION');
/** `fresh`, `ageing`, `stale`, `expired`, or `unspecified`. */
export const freshnessName = of('Freshness', 'FRESHNESS');
/** `allow`, `local-procedure`, `ask-person`, `try-again`, `check-status`. */
export const adviceName = of('Advice', 'ADVICE');
/** `health-status`, `nucleic-acid-test`, `canary`, or `unspecified` where nothing was judged. */
export const kindName = of('AttestationKind', 'ATTESTATION_KIND');
/** `negative`, `positive`, `inconclusive`, or `unspecified`. */
export const testResultName = of('TestResult', 'TEST_RESULT');
/** `available`, or why there is no status. */
export const availabilityName = of('Availability', 'AVAILABILITY');
/** `self-declared`, `verified-source`, `laboratory`, `authority-decision`. */
export const evidenceName = of('EvidenceClass', 'EVIDENCE_CLASS');

/** Words for every short name; a name without words is shown as it is. */
export const WORDS: Readonly<Record<string, Words>> = {
  green: { zh: '绿码', en: 'green' },
  yellow: { zh: '黄码', en: 'yellow' },
  red: { zh: '红码', en: 'red' },
  unspecified: { zh: '无', en: 'none' },
  recognised: { zh: '互认', en: 'recognised' },
  'no-agreement': { zh: '未互认', en: 'no agreement with the issuer' },
  expired: { zh: '已过期', en: 'expired' },
  superseded: { zh: '已被更新', en: 'superseded by a later statement' },
  suspended: { zh: '签发方已暂停该码', en: 'suspended by its issuer' },
  'signature-invalid': { zh: '签名无效', en: 'signature or form invalid' },
  'issuer-suspended': { zh: '签发方已暂停', en: 'issuer suspended' },
  'unknown-code': { zh: '无法识别的码', en: 'not a code of any registered province' },
  'issuer-unreachable': { zh: '签发方无应答', en: 'issuer did not answer' },
  conflict: { zh: '多地状态不一致', en: 'provinces disagree' },
  'no-rule': { zh: '赋码规则未登记', en: 'assignment rule not registered' },
  'no-status': { zh: '无状态', en: 'issuer states no status' },
  fresh: { zh: '最新', en: 'fresh' },
  ageing: { zh: '渐旧', en: 'ageing' },
  stale: { zh: '陈旧', en: 'stale' },
  allow: { zh: '放行', en: 'allow' },
  'local-procedure': { zh: '按属地规定处置', en: 'local procedure' },
  'ask-person': { zh: '请本人重新出示或说明', en: 'ask the person' },
  'try-again': { zh: '稍后重试', en: 'try again' },
  'check-status': { zh: '另查健康码状态', en: 'check the health status too' },
  'health-status': { zh: '健康码状态', en: 'health status' },
  'nucleic-acid-test': { zh: '核酸检测结果', en: 'nucleic-acid test' },
  canary: { zh: '探测对象', en: 'canary, nobody' },
  negative: { zh: '核酸阴性', en: 'test negative' },
  positive: { zh: '核酸阳性', en: 'test positive' },
  inconclusive: { zh: '核酸待复核', en: 'test inconclusive' },
  individual: { zh: '单采', en: 'individual sample' },
  pooled: { zh: '混采', en: 'pooled samples' },
  'not-stated': { zh: '未说明', en: 'not stated' },
};

/** `绿码 green`. */
export function wordsOf(name: string): string {
  const words = WORDS[name];
  return words === undefined ? name : `${words.zh} ${words.en}`;
}
