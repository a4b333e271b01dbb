import { status } from '@grpc/grpc-js';
import { decideVerdict, parseProvinceCode, type OfflineOutcome, type Verdict, type VerdictFacts } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import type { Asked } from './checkpoint-request.js';
import { Gate, type GatePorts } from './gate.js';

const ASKED = { province: parseProvinceCode('110000'), checkpointClass: 'transport', purpose: v1.Purpose.PURPOSE_CHECKPOINT } satisfies Asked;
const NOW = 1_800_000_000;
const DAY = 86_400;
const KNOWN_AT: Readonly<Record<Verdict['freshness'], number>> = { unknown: NaN, fresh: NOW, ageing: NOW - 1.5 * DAY, stale: NOW - 2.5 * DAY, expired: NOW - 9 * DAY };
const GREEN: Omit<VerdictFacts, 'knownAt'> = {
  kind: 'health-status', standing: 'admitted', source: undefined, superseded: false, suspended: false, conflict: false, ruleRegistered: true, keyRevoked: false, status: '00',
  reason: 'REASON_NOT_STATED', since: NOW - 9 * DAY, expiresAt: NOW + DAY,
};
const HUB_ANSWER = v1.VerifyCodeResponse.create({ verdict: { recognition: v1.Recognition.RECOGNITION_RECOGNISED } });

const recognised = (freshness: Verdict['freshness']): OfflineOutcome => ({ verdict: decideVerdict({ ...GREEN, knownAt: KNOWN_AT[freshness] }, 'transport', NOW), errorCode: '' });

/** A gate whose own outcome is this one, beside a hub that answers, or fails in this way. */
function gateWith(outcome: OfflineOutcome, hubFails?: status): { readonly gate: Gate; readonly counted: unknown[] } {
  const counted: unknown[] = [];
  const hub = (): Promise<v1.VerifyCodeResponse> => (hubFails === undefined ? Promise.resolve(HUB_ANSWER) : Promise.reject(Object.assign(new Error('refused'), { code: hubFails })));
  const ports: GatePorts = {
    keeper: { current: undefined },
    verifier: { verify: () => Promise.resolve(outcome) },
    hub: () => hub,
    count: (check) => { counted.push(check); },
    now: () => NOW,
  };
  return { gate: new Gate(ports), counted };
}

const judge = async (outcome: OfflineOutcome, hubFails?: status): Promise<'here' | 'hub'> =>
  'answer' in (await gateWith(outcome, hubFails).gate.judge(Buffer.from('x'), {}, ASKED)) ? 'hub' : 'here';

describe('Gate', () => {
  it('decides by itself what may pass, and what is refused for a reason that the hub would give too', async () => {
    for (const freshness of ['fresh', 'ageing'] as const) expect(await judge(recognised(freshness))).toBe('here');
    expect(await judge({ verdict: { status: 'none', stated: 'none', recognition: 'superseded', freshness: 'unknown', advice: 'ask-person' }, errorCode: 'ATTESTATION_SUPERSEDED' })).toBe('here');
  });

  it.each(['unknown', 'stale', 'expired'] as const)('asks the hub where a green is held back because what is known of it is %s, and goes by it where the hub is away', async (freshness) => {
    expect(await judge(recognised(freshness))).toBe('hub');
    expect(await judge(recognised(freshness), status.UNAVAILABLE)).toBe('here');
  });

  it.each([status.INTERNAL, status.DEADLINE_EXCEEDED])('takes a hub that fails (gRPC status %d) for one that is away, and counts what it decides', async (hubFails) => {
    const { gate, counted } = gateWith(recognised('stale'), hubFails);
    expect(await gate.judge(Buffer.from('x'), {}, ASKED)).toMatchObject({ outcome: recognised('stale') });
    expect(counted).toHaveLength(1);
  });

  it.each([status.INVALID_ARGUMENT, status.RESOURCE_EXHAUSTED])('hands on that the hub refuses the request (gRPC status %d)', async (hubRefuses) => {
    await expect(judge(recognised('stale'), hubRefuses)).rejects.toMatchObject({ code: hubRefuses });
  });
});
