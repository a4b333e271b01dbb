import { Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGuard, provinceCaller, serveAs } from '../identity/certificates.fixture.js';
import { VerificationCounter } from '../verify/verification-counter.js';
import { BEIJING, GUIZHOU, Knowledge, NOW, sign, SUBJECT } from '../verify/verify.fixture.js';
import { PersonalHealthCodeService, type PersonalHealthCodeParts } from './personal-health-code.grpc.js';

const RESTRICTED = { recognition: v1.Recognition.RECOGNITION_RECOGNISED, status: v1.HealthStatus.HEALTH_STATUS_GREEN, advice: v1.Advice.ADVICE_LOCAL_PROCEDURE, policyId: '110000-1', policyVersion: 2 };

let shown: string;
let client: v1.PersonalHealthCode;
let stop: () => Promise<void> | void;

beforeEach(async () => {
  const { attested, policies } = new Knowledge();
  policies.replace([{ id: '110000-1', version: 2, receiver: BEIJING, issuers: [GUIZHOU], effectiveFrom: NOW, effectiveUntil: NOW + 60 }]);
  shown = (await sign()).token;
  const made = (await sign({ issuer: BEIJING, sequence: 9, source: { issuer: GUIZHOU, sequence: 1, issuedAt: NOW - 3600 } })).token;
  const answers: Readonly<Record<string, object>> = {
    queryHealth: { attested: { attestation: shown, availability: 'available', bizExtData: '' }, maskedName: '', maskedIdNumber: '', guidance: '' },
    convertCode: { attestation: made, presentation: `${made}~`, subjectReference: SUBJECT },
  };
  const provinces = { call: (_: string, operation: string) => Promise.resolve(answers[operation]) } as PersonalHealthCodeParts['provinces'];
  const verifyCode = (): never => {
    throw new Error('called');
  };
  const service = new PersonalHealthCodeService({ provinces, checkpoint: { verifyCode }, judge: attested, policies, counter: new VerificationCounter(), gate: openGuard(), now: () => NOW });
  const served = await serveAs(provinceCaller(BEIJING), [service]);
  ({ stop } = served);
  client = v1.PersonalHealthCode.create(unaryTransport(served.client, { timeoutMs: 2000, metadata: new Metadata() }));
});

afterEach(() => stop());

describe('a regional rule', () => {
  it('is followed by QueryHealth as where a code is scanned', async () => {
    const { verdict } = await client.queryHealth({ province: GUIZHOU, context: { province: BEIJING, purpose: v1.Purpose.PURPOSE_CHECKPOINT }, bizExtData: 'handle' });
    expect(verdict).toMatchObject(RESTRICTED);
  });

  it('is told to the holder who converts a code of that province, of both statements', async () => {
    const answer = await client.convertCode({ province: BEIJING, attestation: Buffer.from(shown) });
    expect(answer).toMatchObject({ source: { ...RESTRICTED, issuer: GUIZHOU }, converted: { ...RESTRICTED, issuer: BEIJING } });
  });
});
