import { ADVICE_MESSAGE, AVAILABILITY_MESSAGE, EVIDENCE_MESSAGE, FRESHNESS_MESSAGE, KIND_MESSAGE, RECOGNITION_MESSAGE, RESULT_MESSAGE, STATUS_MESSAGE, v1 } from '@health-code/messages';
import type { ColourJson, TestJson, VerdictJson, VerifyJson } from '../../web/shared/device-api.js';

type Timestamp = v1.Verdict.$Properties['issuedAt'];

/** The word of a number on the wire, out of the table that made the number. */
function wordOf<Word extends string, Message>(table: Readonly<Partial<Record<Word, Message>>>, message: Message | null | undefined): Word | undefined {
  return (Object.keys(table) as Word[]).find((word) => table[word] === message);
}

const colourOf = (status: v1.HealthStatus | null | undefined): ColourJson => wordOf(STATUS_MESSAGE, status) ?? 'none';

const secondsOf = (at: Timestamp): number | undefined => (at === null || at === undefined ? undefined : Number(at.seconds));

const textOf = (text: string | null | undefined): string | undefined => (text === null || text === undefined || text === '' ? undefined : text);

const numberOf = (value: number | null | undefined): number | undefined => (value === null || value === undefined || value === 0 ? undefined : value);

const TEST_RESULTS: Readonly<Partial<Record<string, TestJson['result']>>> = { negative: 'negative', positive: 'positive', inconclusive: 'inconclusive' };

function testOf(test: v1.Verdict.$Properties['test']): TestJson | undefined {
  if (test === null || test === undefined) return undefined;
  return {
    result: TEST_RESULTS[wordOf(RESULT_MESSAGE, test.result) ?? ''] ?? 'not-stated',
    sampledAt: secondsOf(test.sampledAt) ?? 0,
    reportedAt: secondsOf(test.reportedAt) ?? 0,
    method: test.method ?? '',
    laboratory: test.laboratory ?? '',
  };
}

function originalOf(original: v1.Verdict.$Properties['original']): VerdictJson['original'] {
  return original === null || original === undefined ? undefined : { system: original.system ?? '', field: original.field ?? '', value: original.value ?? '' };
}

function sourceOf(source: v1.Verdict.$Properties['source']): VerdictJson['source'] {
  return source === null || source === undefined ? undefined : { issuer: source.issuer ?? '', sequence: source.sequence ?? 0, issuedAt: secondsOf(source.issuedAt) ?? 0 };
}

/** Without the members that have no value: an absent one is absent in JSON. */
type Bare<T> = { [Key in keyof T]: T[Key] | undefined };

/** A verdict in the words of the device API; JSON leaves out what is undefined. */
export function toVerdictJson(verdict: v1.Verdict.$Properties): VerdictJson {
  const json: Bare<VerdictJson> = {
    status: colourOf(verdict.status),
    recognition: wordOf(RECOGNITION_MESSAGE, verdict.recognition) ?? 'unknown-code',
    freshness: wordOf(FRESHNESS_MESSAGE, verdict.freshness) ?? 'unknown',
    advice: wordOf(ADVICE_MESSAGE, verdict.advice) ?? 'try-again',
    availability: wordOf(AVAILABILITY_MESSAGE, verdict.availability),
    errorCode: verdict.errorCode ?? '',
    issuer: textOf(verdict.issuer),
    sequence: numberOf(verdict.sequence),
    reasonCode: textOf(verdict.reasonCode),
    ruleId: textOf(verdict.ruleId),
    ruleVersion: textOf(verdict.ruleVersion),
    authority: textOf(verdict.authority),
    evidenceClass: wordOf(EVIDENCE_MESSAGE, verdict.evidenceClass),
    original: originalOf(verdict.original),
    issuedAt: secondsOf(verdict.issuedAt),
    expiresAt: secondsOf(verdict.expiresAt),
    statusSince: secondsOf(verdict.statusSince),
    knownAt: secondsOf(verdict.knownAt),
    freshnessAgeSeconds: verdict.freshnessAgeSeconds ?? undefined,
    freshnessLimitSeconds: verdict.freshnessLimitSeconds ?? undefined,
    maskedName: textOf(verdict.maskedName),
    conflicts: (verdict.conflicts ?? []).map(({ issuer, sequence, status }) => ({ issuer: issuer ?? '', sequence: sequence ?? 0, status: colourOf(status) })),
    attestation: verdict.attestation?.length ? Buffer.from(verdict.attestation).toString('utf8') : undefined,
    kind: wordOf(KIND_MESSAGE, verdict.kind),
    test: testOf(verdict.test),
    source: sourceOf(verdict.source),
    policyId: textOf(verdict.policyId),
    policyVersion: numberOf(verdict.policyVersion),
    canaryStatus: verdict.canaryStatus === null || verdict.canaryStatus === undefined ? undefined : colourOf(verdict.canaryStatus),
  };
  return json as VerdictJson;
}

/** The answer to one verification in the words of the device API. */
export function toVerifyJson({ verdict, bizExtData }: v1.VerifyCodeResponse.$Properties): VerifyJson {
  const handle = textOf(bizExtData);
  return { verdict: toVerdictJson(verdict ?? {}), ...(handle === undefined ? {} : { bizExtData: handle }) };
}
