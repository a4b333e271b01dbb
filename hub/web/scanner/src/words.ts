import type { Advice, AttestationKind, CheckpointClass, EvidenceClass, Freshness, Recognition } from '@health-code/attestation';

/** One thing in the languages of the page. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** The large word of a recognised colour. */
export const STATUS_WORDS: Readonly<Record<string, Words>> = {
  '00': { zh: '绿码', en: 'GREEN' },
  '01': { zh: '黄码', en: 'YELLOW' },
  '10': { zh: '红码', en: 'RED' },
  none: { zh: '无状态', en: 'NO STATUS' },
};

/** The large word of what is recognised and is no colour. */
export const STATED_WORDS: Readonly<Record<string, Words>> = {
  negative: { zh: '核酸阴性', en: 'TEST NEGATIVE' },
  positive: { zh: '核酸阳性', en: 'TEST POSITIVE' },
  inconclusive: { zh: '核酸待复核', en: 'TEST INCONCLUSIVE' },
  'canary-green': { zh: '探测码，不是任何人', en: 'PROBE, NOBODY' },
  'canary-yellow': { zh: '探测码，不是任何人', en: 'PROBE, NOBODY' },
  'canary-red': { zh: '探测码，不是任何人', en: 'PROBE, NOBODY' },
};

/** The large word of what is not recognised. */
export const RECOGNITION_WORDS: Readonly<Record<Recognition, Words>> = {
  recognised: { zh: '已互认', en: 'RECOGNISED' },
  'no-agreement': { zh: '未互认', en: 'NO AGREEMENT' },
  expired: { zh: '码已过期', en: 'EXPIRED' },
  superseded: { zh: '码已更新', en: 'REPLACED' },
  suspended: { zh: '签发方已停用此码', en: 'SUSPENDED' },
  'signature-invalid': { zh: '签名无效', en: 'NOT GENUINE' },
  'issuer-suspended': { zh: '签发地已暂停', en: 'ISSUER SUSPENDED' },
  'unknown-code': { zh: '不是健康码', en: 'NOT A HEALTH CODE' },
  'issuer-unreachable': { zh: '现在无法核验', en: 'CANNOT CHECK NOW' },
  conflict: { zh: '多地状态不一致', en: 'PROVINCES DISAGREE' },
  'no-rule': { zh: '赋码规则未登记', en: 'RULE NOT REGISTERED' },
  'no-status': { zh: '无状态', en: 'NO STATUS' },
};

/** What to do, in the words of the published table. */
export const ADVICE_WORDS: Readonly<Record<Advice, Words>> = {
  allow: { zh: '放行', en: 'Let pass' },
  'local-procedure': { zh: '按属地防疫规定处置', en: 'Follow the local procedure' },
  'ask-person': { zh: '请本人重新出示或说明', en: 'Ask the person to show it again or explain' },
  'try-again': { zh: '请稍后重试', en: 'Try again shortly' },
  'check-status': { zh: '请另查健康码状态', en: 'Check the health status as well' },
};

/** The age of what is known. */
export const FRESHNESS_WORDS: Readonly<Record<Freshness, Words>> = {
  unknown: { zh: '时效不明', en: 'Age unknown' },
  fresh: { zh: '最新', en: 'Fresh' },
  ageing: { zh: '渐旧', en: 'Ageing' },
  stale: { zh: '陈旧', en: 'Stale' },
  expired: { zh: '过旧', en: 'Too old' },
};

/** 卡口类别. */
export const CLASS_WORDS: Readonly<Record<CheckpointClass, Words>> = {
  general: { zh: '一般场所', en: 'General place' },
  transport: { zh: '交通卡口', en: 'Transport' },
  medical: { zh: '医疗机构', en: 'Medical care' },
  'key-place': { zh: '重点场所', en: 'Key place' },
};

/** 依据类别. */
export const EVIDENCE_WORDS: Readonly<Record<EvidenceClass, Words>> = {
  'self-declared': { zh: '个人申报', en: 'Self-declared' },
  'verified-source': { zh: '核验数据源', en: 'Verified source' },
  laboratory: { zh: '实验室检测', en: 'Laboratory' },
  'authority-decision': { zh: '主管部门决定', en: 'Decision of an authority' },
};

/** 声明种类. */
export const KIND_WORDS: Readonly<Record<AttestationKind, Words>> = {
  'health-status': { zh: '健康码状态', en: 'Health status' },
  'nucleic-acid-test': { zh: '核酸检测结果', en: 'Nucleic-acid test' },
  canary: { zh: '探测对象', en: 'Canary' },
};

/** Kinds of document by their code in WS 364.3 CV02.01.101. */
export const DOCUMENT_WORDS: Readonly<Record<'01' | '03' | '06' | '07', Words>> = {
  '01': { zh: '居民身份证', en: 'Resident identity card' },
  '03': { zh: '护照', en: 'Passport' },
  '06': { zh: '港澳居民来往内地通行证', en: 'Mainland travel permit, Hong Kong and Macao' },
  '07': { zh: '台湾居民来往大陆通行证', en: 'Mainland travel permit, Taiwan' },
};
