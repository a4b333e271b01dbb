/** What a checkpoint without a network says of a reason, and what the person may be told to do. */
export interface ReasonText {
  /** Reason code of an attestation. */
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly guidanceZh: string;
  readonly guidanceEn: string;
}

const ISSUER = { guidanceZh: '请向发码省份查询原因，可在该省申请复核', guidanceEn: 'Ask the issuing province for the reason; a review can be asked for there' } as const;
const OBSERVE = { guidanceZh: '请按发码省份告知的期限接受健康管理，不服可申请复核', guidanceEn: 'Keep to the term that the issuing province has told; a review can be asked for there' } as const;
const HOSPITAL = { guidanceZh: '请佩戴口罩，前往发热门诊就诊', guidanceEn: 'Wear a mask and go to a fever clinic' } as const;
const TEST = { guidanceZh: '请按发码省份要求完成核酸检测', guidanceEn: 'Take the nucleic-acid tests that the issuing province asks for' } as const;
const NONE = { guidanceZh: '', guidanceEn: '' } as const;

/**
 * 原因文本: every reason code that the provinces' translations can state, a test compares. The words are ours; a code without a row is
 * shown as it is.
 */
export const REASON_TEXTS: readonly ReasonText[] = [
  { code: 'CENTRAL_OBSERVATION', zh: '正在集中医学观察', en: 'Under medical observation in a designated place', ...OBSERVE },
  { code: 'CLOSE_CONTACT', zh: '密切接触者', en: 'Close contact of a confirmed case', ...OBSERVE },
  { code: 'CONTACT_HISTORY', zh: '有接触史', en: 'Contact with a case, as declared', ...TEST },
  { code: 'FEVER', zh: '体温异常', en: 'Fever', ...HOSPITAL },
  { code: 'HOME_OBSERVATION', zh: '正在居家医学观察', en: 'Under medical observation at home', ...OBSERVE },
  { code: 'REASON_IN_LOCAL_WORDS', zh: '原因由当地系统说明', en: 'The reason stands in the words of the local system', ...ISSUER },
  { code: 'REASON_NOT_STATED', zh: '当地系统未说明原因', en: 'The local system states no reason', ...ISSUER },
  { code: 'REVIEW_UNANSWERED', zh: '复核逾期未答复，按申请人意见处理', en: 'A review was not answered in time and was decided for the applicant', ...NONE },
  { code: 'REVIEW_UPHELD', zh: '经复核更正', en: 'Corrected after a review', ...NONE },
  { code: 'RISK_AREA_HISTORY', zh: '有风险地区旅居史', en: 'Stayed in a region of raised risk', ...TEST },
  { code: 'STATUS_NOT_TRANSLATABLE', zh: '当地状态无法转换为国家标准', en: 'The local status has no counterpart in the national standard', ...ISSUER },
  { code: 'STATUS_WITHDRAWN', zh: '发码省份已撤回', en: 'The issuing province has taken back what it stated', ...ISSUER },
  { code: 'SYMPTOMS', zh: '申报有症状', en: 'Symptoms, as declared', ...HOSPITAL },
  { code: 'TEST_POSITIVE', zh: '核酸检测阳性', en: 'Positive nucleic-acid test', ...OBSERVE },
  { code: 'UNDER_ISOLATION', zh: '正在隔离观察', en: 'Under isolation', ...OBSERVE },
];
