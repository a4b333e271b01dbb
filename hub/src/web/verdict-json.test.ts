import { ADVICE_MESSAGE, AVAILABILITY_MESSAGE, EVIDENCE_MESSAGE, FRESHNESS_MESSAGE, KIND_MESSAGE, RECOGNITION_MESSAGE, STATUS_MESSAGE, timestampFromSeconds, v1 } from '@health-code/messages';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VerdictJson } from '../../web/shared/device-api.js';
import { toVerdictJson, toVerifyJson } from './verdict-json.js';

/** Through JSON, as it travels. */
const travelled = (verdict: v1.Verdict.$Properties): VerdictJson => JSON.parse(JSON.stringify(toVerdictJson(verdict))) as VerdictJson;

describe('toVerdictJson', () => {
  it('says in words everything that the message says', () => {
    const whole: v1.Verdict.$Properties = {
      status: v1.HealthStatus.HEALTH_STATUS_YELLOW,
      recognition: v1.Recognition.RECOGNITION_CONFLICT,
      freshness: v1.Freshness.FRESHNESS_STALE,
      advice: v1.Advice.ADVICE_LOCAL_PROCEDURE,
      availability: v1.Availability.AVAILABILITY_AVAILABLE,
      errorCode: 'ATTESTATION_CONTRADICTED',
      issuer: '520000',
      sequence: 7,
      reasonCode: 'CLOSE_CONTACT',
      ruleId: '520000-conversion',
      ruleVersion: '1',
      authority: '520000',
      evidenceClass: v1.EvidenceClass.EVIDENCE_CLASS_LABORATORY,
      original: { system: 'guizhou', field: 'colour', value: '黄' },
      issuedAt: timestampFromSeconds(1),
      expiresAt: timestampFromSeconds(2),
      statusSince: timestampFromSeconds(3),
      knownAt: timestampFromSeconds(4),
      maskedName: '测*甲',
      conflicts: [{ issuer: '110000', sequence: 9, status: v1.HealthStatus.HEALTH_STATUS_RED }],
      attestation: Buffer.from('a.b.c'),
      kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST,
      test: { result: v1.TestResult.TEST_RESULT_POSITIVE, sampledAt: timestampFromSeconds(5), reportedAt: timestampFromSeconds(6), method: 'pooled', laboratory: '52' },
      source: { issuer: '310000', sequence: 3, issuedAt: timestampFromSeconds(7) },
      policyId: 'regional-1',
      policyVersion: 2,
      canaryStatus: v1.HealthStatus.HEALTH_STATUS_GREEN,
      freshnessAgeSeconds: 0,
      freshnessLimitSeconds: 3600,
    };
    // Whoever adds a field to the message is told here that the device API has to say it too.
    const fields = Object.entries(v1.Verdict.prototype as object).flatMap(([name, value]) => (typeof value === 'function' || name.startsWith('_') || name.startsWith('$') ? [] : [name]));
    expect(fields.sort()).toEqual(Object.keys(whole).sort());
    expect(travelled(whole)).toEqual({
      status: '01', recognition: 'conflict', freshness: 'stale', advice: 'local-procedure', availability: 'available', errorCode: 'ATTESTATION_CONTRADICTED',
      issuer: '520000', sequence: 7, reasonCode: 'CLOSE_CONTACT', ruleId: '520000-conversion', ruleVersion: '1', authority: '520000', evidenceClass: 'laboratory',
      original: { system: 'guizhou', field: 'colour', value: '黄' }, issuedAt: 1, expiresAt: 2, statusSince: 3, knownAt: 4, maskedName: '测*甲',
      conflicts: [{ issuer: '110000', sequence: 9, status: '10' }], attestation: 'a.b.c', kind: 'nucleic-acid-test',
      test: { result: 'positive', sampledAt: 5, reportedAt: 6, method: 'pooled', laboratory: '52' }, source: { issuer: '310000', sequence: 3, issuedAt: 7 },
      policyId: 'regional-1', policyVersion: 2, canaryStatus: '00', freshnessAgeSeconds: 0, freshnessLimitSeconds: 3600,
    });
  });

  it('says nothing of what the message does not say, and no colour', () => {
    const refused = { recognition: v1.Recognition.RECOGNITION_UNKNOWN_CODE, advice: v1.Advice.ADVICE_TRY_AGAIN, errorCode: 'CODE_UNKNOWN', issuer: null, freshnessAgeSeconds: null };
    expect(travelled(refused)).toEqual({ status: 'none', recognition: 'unknown-code', freshness: 'unknown', advice: 'try-again', errorCode: 'CODE_UNKNOWN', conflicts: [] });
  });

  it('makes of an answer it cannot read no colour and nobody recognised', () => {
    const words = travelled({ status: 99 as v1.HealthStatus, recognition: 99 as v1.Recognition, advice: 99 as v1.Advice });
    expect(words).toMatchObject({ status: 'none', recognition: 'unknown-code', advice: 'try-again' });
  });

  it('gives each word of the tables back', () => {
    const word = <Word extends string>(table: Readonly<Record<Word, number>>): fc.Arbitrary<Word> => fc.constantFrom(...(Object.keys(table) as Word[]));
    fc.assert(
      fc.property(word(STATUS_MESSAGE), word(RECOGNITION_MESSAGE), word(FRESHNESS_MESSAGE), word(ADVICE_MESSAGE), word(AVAILABILITY_MESSAGE), word(EVIDENCE_MESSAGE), word(KIND_MESSAGE), (status, recognition, freshness, advice, availability, evidenceClass, kind) => {
        const message = {
          status: STATUS_MESSAGE[status], recognition: RECOGNITION_MESSAGE[recognition], freshness: FRESHNESS_MESSAGE[freshness], advice: ADVICE_MESSAGE[advice],
          availability: AVAILABILITY_MESSAGE[availability], evidenceClass: EVIDENCE_MESSAGE[evidenceClass], kind: KIND_MESSAGE[kind],
        };
        expect(travelled(message)).toMatchObject({ status, recognition, freshness, advice, availability, evidenceClass, kind });
      }),
    );
  });
});

describe('toVerifyJson', () => {
  it('hands the province’s handle on where there is one', () => {
    expect(toVerifyJson({ verdict: {}, bizExtData: 'opaque' }).bizExtData).toBe('opaque');
    expect('bizExtData' in toVerifyJson({ verdict: {}, bizExtData: '' })).toBe(false);
  });
});
