import { styleText } from 'node:util';
import { getProvince, parseProvinceCode } from '@health-code/attestation';
import { secondsFromTimestamp, type TimestampFields, type v1 } from '@health-code/messages';
import { spanInWords } from '../access/words.js';
import { adviceName, availabilityName, evidenceName, freshnessName, kindName, recognitionName, statusName, testResultName, wordsOf } from './verdict-words.js';

type Style = readonly Exclude<Parameters<typeof styleText>[0], readonly unknown[]>[];

const STATUS_STYLE: Readonly<Record<string, Style>> = {
  green: ['bgGreen', 'black', 'bold'],
  yellow: ['bgYellow', 'black', 'bold'],
  red: ['bgRed', 'white', 'bold'],
};

/** No background: a test must not look like a colour. */
const RESULT_STYLE: Style = ['bold', 'underline'];

const ADVICE_STYLE: Readonly<Record<string, Style>> = {
  allow: ['green', 'bold'],
  'local-procedure': ['yellow', 'bold'],
  'ask-person': ['yellow', 'bold'],
  'try-again': ['cyan', 'bold'],
  'check-status': ['cyan', 'bold'],
};

const plain: Style = ['reset'];

/** Style by style: given a list, Node 20 colours even what goes into a pipe or a file. */
function styled(styles: Style, text: string): string {
  return styles.reduceRight((inner, style) => styleText(style, inner), text);
}

function time(timestamp: TimestampFields | null | undefined): string {
  const seconds = secondsFromTimestamp(timestamp);
  return seconds === undefined ? '' : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** `520000 贵州`, or the text itself where it is no province's code. */
export function provinceLabel(code: string): string {
  try {
    return `${code} ${getProvince(parseProvinceCode(code)).name}`;
  } catch {
    return code;
  }
}

function testRows(test: v1.ITestStatement | null | undefined): readonly (readonly [string, string])[] {
  if (!test) return [];
  return [
    ['采样时间 sampled', time(test.sampledAt)],
    ['报告时间 reported', time(test.reportedAt)],
    ['采样方式 method', wordsOf(test.method ?? '')],
    ['检测机构 laboratory', test.laboratory ?? ''],
  ];
}

/** `最新 fresh (5 min old, up to 1 h)`: how old what is known is, and up to which age the grade holds here. */
function freshnessInWords({ freshness, freshnessAgeSeconds: age, freshnessLimitSeconds: limit }: v1.IVerdict): string {
  if (!freshness) return '';
  if (age === null || age === undefined) return wordsOf(freshnessName(freshness));
  return `${wordsOf(freshnessName(freshness))} (${spanInWords(age)} old${limit === null || limit === undefined ? '' : `, up to ${spanInWords(limit)}`})`;
}

/** One verdict for a person: a coloured line, then what is known. Colour is never the only carrier of the meaning. */
export function printVerdict(verdict: v1.IVerdict): string {
  const status = statusName(verdict.status);
  const advice = adviceName(verdict.advice);
  const shown = verdict.test ? styled(RESULT_STYLE, ` ${wordsOf(testResultName(verdict.test.result))} `) : styled(STATUS_STYLE[status] ?? plain, ` ${wordsOf(status)} `);
  const head = `${shown}  ${styled(ADVICE_STYLE[advice] ?? plain, wordsOf(advice))}`;
  const rows: readonly (readonly [string, string])[] = [
    ['种类 kind', verdict.kind ? wordsOf(kindName(verdict.kind)) : ''],
    ['互认 recognition', wordsOf(recognitionName(verdict.recognition))],
    ['原因代码 error', verdict.errorCode ?? ''],
    ['时效 freshness', freshnessInWords(verdict)],
    ['可用性 availability', verdict.availability ? availabilityName(verdict.availability) : ''],
    ['签发省份 issuer', verdict.issuer ? `${provinceLabel(verdict.issuer)}${verdict.sequence ? `, no. ${String(verdict.sequence)}` : ''}` : ''],
    ['赋码原因 reason', verdict.reasonCode ?? ''],
    ['规则 rule', verdict.ruleId ? `${verdict.ruleId} v${verdict.ruleVersion ?? ''}` : ''],
    ['机构 authority', verdict.authority ?? ''],
    ['依据 evidence', verdict.evidenceClass ? evidenceName(verdict.evidenceClass) : ''],
    ['原始值 original', verdict.original?.system ? `${verdict.original.system}.${verdict.original.field ?? ''} = ${verdict.original.value ?? ''}` : ''],
    ...testRows(verdict.test),
    ['转码来源 converted from', verdict.source?.issuer ? `${provinceLabel(verdict.source.issuer)}, no. ${String(verdict.source.sequence ?? 0)}` : ''],
    ['状态起始 since', verdict.test ? '' : time(verdict.statusSince)],
    ['签发 issued', time(verdict.issuedAt)],
    ['有效期至 expires', time(verdict.expiresAt)],
    ['姓名 name', verdict.maskedName ?? ''],
    ...(verdict.conflicts ?? []).map((other) => ['不一致 conflict', `${provinceLabel(other.issuer ?? '')}: ${wordsOf(statusName(other.status))}`] as const),
  ];
  const lines = rows.filter(([, value]) => value !== '').map(([label, value]) => `   ${label}: ${value}`);
  return [head, ...lines].join('\n');
}

/** One verdict as a flat object with short names, for machines. Empty fields are left out. */
export function verdictObject(verdict: v1.IVerdict): Record<string, unknown> {
  const all: Record<string, unknown> = {
    kind: verdict.kind ? kindName(verdict.kind) : undefined,
    status: statusName(verdict.status),
    recognition: recognitionName(verdict.recognition),
    freshness: freshnessName(verdict.freshness),
    freshnessAgeSeconds: verdict.freshnessAgeSeconds,
    freshnessLimitSeconds: verdict.freshnessLimitSeconds,
    advice: adviceName(verdict.advice),
    availability: availabilityName(verdict.availability),
    errorCode: verdict.errorCode,
    issuer: verdict.issuer,
    sequence: verdict.sequence,
    reason: verdict.reasonCode,
    rule: verdict.ruleId,
    ruleVersion: verdict.ruleVersion,
    authority: verdict.authority,
    evidence: verdict.evidenceClass ? evidenceName(verdict.evidenceClass) : undefined,
    original: verdict.original?.system ? { system: verdict.original.system, field: verdict.original.field, value: verdict.original.value } : undefined,
    test: verdict.test
      ? {
          result: testResultName(verdict.test.result),
          sampledAt: time(verdict.test.sampledAt),
          reportedAt: time(verdict.test.reportedAt),
          method: verdict.test.method,
          laboratory: verdict.test.laboratory,
        }
      : undefined,
    source: verdict.source?.issuer ? { issuer: verdict.source.issuer, sequence: verdict.source.sequence } : undefined,
    statusSince: time(verdict.statusSince),
    issuedAt: time(verdict.issuedAt),
    expiresAt: time(verdict.expiresAt),
    knownAt: time(verdict.knownAt),
    maskedName: verdict.maskedName,
    attestation: verdict.attestation && verdict.attestation.length > 0 ? new TextDecoder().decode(verdict.attestation) : undefined,
    conflicts: verdict.conflicts?.map((other) => ({ issuer: other.issuer, sequence: other.sequence, status: statusName(other.status) })),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== 0 && !(Array.isArray(value) && value.length === 0)));
}
