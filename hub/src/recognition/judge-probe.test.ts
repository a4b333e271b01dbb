import { v1 } from '@health-code/messages';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from './cause.js';
import { isSameVerdict, judgeProbe, parseReportedVerdict, REPORTED_VERDICT_MAX_BYTES, toCanaryVerdict, type AskedCanary, type CanaryVerdict } from './judge-probe.js';

const { Canary, Recognition, HealthStatus, Advice, AttestationKind } = v1;
const ISSUER = '520000';

const verdict = (changes: Partial<CanaryVerdict> = {}): CanaryVerdict => ({
  status: HealthStatus.HEALTH_STATUS_UNSPECIFIED, recognition: Recognition.RECOGNITION_RECOGNISED, advice: Advice.ADVICE_ASK_PERSON,
  kind: AttestationKind.ATTESTATION_KIND_CANARY, canaryStatus: HealthStatus.HEALTH_STATUS_GREEN, errorCode: '', issuer: ISSUER, sequence: 7, ...changes,
});

const refused = (recognition: v1.Recognition, errorCode: string): CanaryVerdict => verdict({ recognition, errorCode, canaryStatus: HealthStatus.HEALTH_STATUS_UNSPECIFIED });

const GOOD: readonly (readonly [AskedCanary, CanaryVerdict])[] = [
  [Canary.CANARY_GREEN, verdict()],
  [Canary.CANARY_YELLOW, verdict({ canaryStatus: HealthStatus.HEALTH_STATUS_YELLOW })],
  [Canary.CANARY_RED, verdict({ canaryStatus: HealthStatus.HEALTH_STATUS_RED })],
  [Canary.CANARY_SUPERSEDED, refused(Recognition.RECOGNITION_SUPERSEDED, 'ATTESTATION_SUPERSEDED')],
  [Canary.CANARY_EXPIRED, refused(Recognition.RECOGNITION_EXPIRED, 'ATTESTATION_EXPIRED')],
  [Canary.CANARY_MALFORMED, { ...refused(Recognition.RECOGNITION_UNKNOWN_CODE, 'LOCAL_CODE_INVALID'), kind: 0 }],
];

describe('judgeProbe', () => {
  it('takes of each canary the one verdict it must give, and no other canary\'s', () => {
    for (const [canary, good] of GOOD) {
      for (const [other, given] of GOOD) expect([other, judgeProbe(canary, ISSUER, given) === undefined]).toEqual([other, other === canary]);
      expect(judgeProbe(canary, ISSUER, { ...good, issuer: '510000' })).toBe('WRONG_ANSWER');
    }
  });

  it('names what the verdict itself says is wrong, of the closed list alone', () => {
    const judge = (errorCode: string, changes: Partial<CanaryVerdict> = {}) => judgeProbe(Canary.CANARY_GREEN, ISSUER, { ...refused(Recognition.RECOGNITION_ISSUER_UNREACHABLE, errorCode), ...changes });
    expect(judge('ADAPTER_UNREACHABLE')).toBe('ADAPTER_UNREACHABLE');
    expect(judge('ATTESTATION_KEY_REVOKED')).toBe('ATTESTATION_KEY_REVOKED');
    expect(judge('LOCAL_PERMISSION_DENIED')).toBe('LOCAL_PERMISSION_DENIED');
    expect(judge('CODE_UNKNOWN', { issuer: '' })).toBe('CODE_UNKNOWN');
    expect(judge('SOMETHING_NOBODY_LISTED')).toBe('WRONG_ANSWER');
    expect(judge('')).toBe('WRONG_ANSWER');
  });

  it('finds nothing worse than a canary taken for a person', () => {
    for (const [canary, good] of GOOD) {
      expect(judgeProbe(canary, ISSUER, { ...good, status: HealthStatus.HEALTH_STATUS_GREEN, errorCode: 'ADAPTER_TIMEOUT' })).toBe('WRONG_ANSWER');
      expect(judgeProbe(canary, ISSUER, { ...good, advice: Advice.ADVICE_ALLOW })).toBe('WRONG_ANSWER');
    }
    expect(judgeProbe(Canary.CANARY_GREEN, ISSUER, verdict({ kind: AttestationKind.ATTESTATION_KIND_HEALTH_STATUS }))).toBe('WRONG_ANSWER');
  });
});

describe('a reported verdict', () => {
  it('is compared with what the hub told, by everything that is judged', () => {
    const told = { recognition: 1, advice: 3, kind: 3, canaryStatus: 1, issuer: ISSUER, sequence: 7, errorCode: null } satisfies v1.Verdict.$Properties;
    const reported = parseReportedVerdict(v1.Verdict.encode(v1.Verdict.decode(v1.Verdict.encode(told).finish())).finish());
    expect(reported && isSameVerdict(reported, toCanaryVerdict(told))).toBe(true);
    for (const change of [{ status: 1 }, { recognition: 2 }, { advice: 1 }, { kind: 1 }, { canaryStatus: 2 }, { errorCode: 'X' }, { issuer: '110000' }, { sequence: 8 }]) {
      expect(reported && isSameVerdict(reported, toCanaryVerdict({ ...told, ...change }))).toBe(false);
    }
  });

  it('is none where the bytes are not one, and never anything but one of the causes', () => {
    expect(parseReportedVerdict(new Uint8Array())).toBeUndefined();
    expect(parseReportedVerdict(new Uint8Array(REPORTED_VERDICT_MAX_BYTES + 1))).toBeUndefined();
    expect(parseReportedVerdict(Uint8Array.of(0x0a, 0xff))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...GOOD.map(([canary]) => canary)), (bytes, canary) => {
        const parsed = parseReportedVerdict(bytes);
        if (parsed === undefined) return;
        const cause = judgeProbe(canary, ISSUER, parsed);
        if (cause !== undefined) expect(CAUSES).toContain(cause);
      }),
      { numRuns: 2000 },
    );
  });
});
