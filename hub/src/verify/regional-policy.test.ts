import type { RegionalPolicy } from '@health-code/attestation';
import { beforeEach, describe, expect, it } from 'vitest';
import { BatchVerifier } from './verify-batch.js';
import { CodeVerifier } from './verify-code.js';
import { LocalCodeVerifier } from './verify-local-code.js';
import { toVerifyCodeResponse } from './verdict-message.js';
import { VerificationCounter } from './verification-counter.js';
import type { VerifiedCode } from './verified-code.js';
import { BEIJING, CHECKPOINT, GUIZHOU, Knowledge, NOW, SICHUAN, bytes, sign, signTest } from './verify.fixture.js';

const POLICY: RegionalPolicy = { id: '110000-1', version: 2, receiver: BEIJING, issuers: [GUIZHOU], effectiveFrom: NOW, effectiveUntil: NOW + 60 };

let hub: Knowledge;
let codes: CodeVerifier;
let answer: string;

beforeEach(() => {
  hub = new Knowledge();
  hub.policies.replace([POLICY]);
  const local = new LocalCodeVerifier(() => ({ owner: { code: GUIZHOU, standing: 'admitted' } }), { attestCode: () => Promise.resolve({ token: answer, availability: 'available' }) }, hub.attested);
  codes = new CodeVerifier(hub.attested, local, { verify: async () => hub.attested.verify(bytes(answer), 'transport', NOW) }, hub.policies);
});

const scan = async (text: string, at = CHECKPOINT, now = NOW): Promise<VerifiedCode> => codes.verifyCode(bytes(text), at, now);
const RESTRICTED = { verdict: { recognition: 'recognised', status: '00', advice: 'local-procedure' }, policy: { id: '110000-1', version: 2 } };

describe('a regional rule at a checkpoint', () => {
  it('is followed on every way to a green: known, unlisted, local code, person, batch', async () => {
    const known = await hub.know();
    const unlisted = await sign({ sequence: 2, subject: `1.${'C'.repeat(42)}A` });
    answer = unlisted.token;
    expect(await scan(known.token)).toMatchObject(RESTRICTED);
    expect(await scan(unlisted.token)).toMatchObject(RESTRICTED);
    expect(await scan('local code')).toMatchObject(RESTRICTED);
    expect(await codes.verifyPerson({ document: { type: '01', number: '520199190001010014' } }, CHECKPOINT, NOW)).toMatchObject(RESTRICTED);
    const batch = new BatchVerifier(hub.attested, codes, hub.policies, new VerificationCounter());
    const { advices } = await batch.verify([known.token, unlisted.token].map(bytes), CHECKPOINT, NOW);
    expect(advices).toEqual([toVerifyCodeResponse(await scan(known.token)).verdict?.advice, toVerifyCodeResponse(await scan(known.token)).verdict?.advice]);
    expect(toVerifyCodeResponse(await scan(known.token)).verdict).toMatchObject({ policyId: '110000-1', policyVersion: 2 });
  });

  it('is not got round by a conversion', async () => {
    await hub.know({ sequence: 5 });
    const { token } = await hub.know({ issuer: BEIJING, source: { issuer: GUIZHOU, sequence: 5, issuedAt: NOW - 3600 }, issuedAt: NOW - 1800 });
    expect(await scan(token)).toMatchObject(RESTRICTED);
    const batch = await new BatchVerifier(hub.attested, codes, hub.policies, new VerificationCounter()).verify([bytes(token)], CHECKPOINT, NOW);
    expect(batch.advices).toEqual([toVerifyCodeResponse(await scan(token)).verdict?.advice]);
  });

  it('changes nothing elsewhere, of others, at another time, or of what is no green', async () => {
    const [green, sichuan, red] = [await hub.know(), await hub.know({ issuer: SICHUAN, subject: `1.${'D'.repeat(42)}A` }), await hub.know({ sequence: 2, status: '10', subject: `1.${'E'.repeat(42)}A` })];
    const test = await signTest({ sequence: 3 });
    for (const outcome of [
      await scan(green.token, { ...CHECKPOINT, province: SICHUAN }),
      await scan(green.token, CHECKPOINT, NOW - 1),
      await scan(green.token, CHECKPOINT, NOW + 60),
      await scan(sichuan.token),
    ]) {
      expect(outcome).toMatchObject({ verdict: { advice: 'allow' } });
      expect(outcome).not.toHaveProperty('policy');
    }
    expect(await scan(red.token)).toMatchObject({ verdict: { advice: 'local-procedure' } });
    expect(await scan(red.token)).not.toHaveProperty('policy');
    expect(await scan(test.token)).toMatchObject({ verdict: { advice: 'check-status' } });
    expect(toVerifyCodeResponse(await scan(red.token)).verdict).toMatchObject({ policyId: null, policyVersion: null });
  });
});
