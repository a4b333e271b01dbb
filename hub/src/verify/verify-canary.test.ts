import { canaryCode, v1 } from '@health-code/messages';
import { beforeEach, describe, expect, it } from 'vitest';
import { identify } from '../identity/caller.js';
import { openGuard } from '../identity/certificates.fixture.js';
import { HubError } from '../errors.js';
import { recogniseCode } from '../province-call/recognise-code.js';
import { ForeignStatements } from '../registry/foreign-statements.js';
import { CheckpointService } from './checkpoint.grpc.js';
import { toVerifyCodeResponse } from './verdict-message.js';
import { VerificationCounter } from './verification-counter.js';
import { BatchVerifier } from './verify-batch.js';
import { CodeVerifier } from './verify-code.js';
import { LocalCodeVerifier, type UnverifiedAnswer } from './verify-local-code.js';
import { BEIJING, bytes, CHECKPOINT, claims, GUIZHOU, Knowledge, NOW, sign, signClaims, SUBJECT } from './verify.fixture.js';

const canary = (status: 'canary-green' | 'canary-yellow' | 'canary-red' = 'canary-green', sequence = 7) =>
  signClaims({ ...claims(), kind: 'canary', status, sequence, rule: { id: '520000-canary', version: '1' } });

const owners = [
  { code: GUIZHOU, standing: 'admitted', recognisers: [{ prefix: 'urn:', infix: '', minLength: 4, maxLength: 4096 }] },
  { code: BEIJING, standing: 'suspended', recognisers: [] },
] as const;

let hub: Knowledge;
let counter: VerificationCounter;
let asked: (readonly [province: string, kind: string])[];
let answer: () => Promise<UnverifiedAnswer>;
let codes: CodeVerifier;
let service: CheckpointService;

beforeEach(() => {
  hub = new Knowledge();
  counter = new VerificationCounter();
  asked = [];
  answer = async () => ({ token: (await canary()).token, availability: 'available' });
  const caller = { attestCode: (province: string, _: Uint8Array, kind: string) => (asked.push([province, kind]), answer()) };
  const nobody = { verify: () => Promise.reject(new Error('no document was shown')) };
  codes = new CodeVerifier(hub.attested, new LocalCodeVerifier((code) => recogniseCode(code, owners), caller, hub.attested), nobody, hub.policies);
  service = new CheckpointService(codes, new BatchVerifier(hub.attested, codes, hub.policies, counter), counter, openGuard(), () => NOW);
});

const scan = async (text: string) => codes.verifyCode(bytes(text), CHECKPOINT, NOW);
const GREEN = canaryCode(GUIZHOU, 'green');

describe('the code of a canary', () => {
  it('goes to its province, which is asked for a canary, whatever the province claims as its own codes', async () => {
    expect(await scan(GREEN)).toMatchObject({ verdict: { recognition: 'recognised', status: 'none', stated: 'canary-green', advice: 'ask-person' }, isCanary: true });
    expect(asked).toEqual([[GUIZHOU, 'canary']]);
  });

  it('is answered with no statement about a person', async () => {
    answer = async () => ({ token: (await sign()).token, availability: 'available' });
    expect(await scan(GREEN)).toMatchObject({ verdict: { recognition: 'no-status', status: 'none' }, errorCode: 'ATTESTATION_KIND_MISMATCH' });
  });

  it('of a suspended province is not asked about', async () => {
    expect(await scan(canaryCode(BEIJING, 'green'))).toMatchObject({ verdict: { recognition: 'issuer-suspended' } });
    expect(asked).toEqual([]);
  });

  it('is no answer to whoever asks about a person', async () => {
    answer = async () => ({ token: (await canary()).token, availability: 'available' });
    expect(await scan('urn:local code')).toMatchObject({ verdict: { recognition: 'no-status', status: 'none' }, errorCode: 'ATTESTATION_KIND_MISMATCH' });
    expect(asked).toEqual([[GUIZHOU, 'health-status']]);
  });
});

describe('the message of a verdict on a canary', () => {
  it('says the colour it plays apart from the status, which stays unspecified', async () => {
    for (const [status, colour] of [['canary-green', 1], ['canary-yellow', 2], ['canary-red', 3]] as const) {
      answer = async () => ({ token: (await canary(status)).token, availability: 'available' });
      expect(toVerifyCodeResponse(await scan(GREEN)).verdict).toMatchObject({
        kind: v1.AttestationKind.ATTESTATION_KIND_CANARY, status: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED, canaryStatus: colour, advice: v1.Advice.ADVICE_ASK_PERSON,
      });
    }
  });

  it('says no colour of one that is not recognised, nor of a person', async () => {
    hub.unregisteredRules.add('520000-canary');
    expect(toVerifyCodeResponse(await scan(GREEN)).verdict).toMatchObject({ recognition: v1.Recognition.RECOGNITION_NO_RULE, canaryStatus: null });
    const person = await hub.know({ sequence: 9 });
    expect(toVerifyCodeResponse(await scan(person.token)).verdict).toMatchObject({ status: 1, canaryStatus: null });
  });
});

describe('a canary at a checkpoint', () => {
  const call = { getDeadline: () => Infinity };
  identify(call, { role: 'checkpoint', id: 'spiffe://test/checkpoint/110000/gate', province: BEIJING, fingerprint: '' });
  const verify = async (text: string) => service.verifyCode({ context: CHECKPOINT.context, code: bytes(text) }, call);

  it('is not counted as a verification, answered or not, by code or by its attestation', async () => {
    const known = await canary('canary-red', 8);
    hub.commit(known);
    await verify(GREEN);
    await verify(known.token);
    await verify((await canary('canary-green', 9)).token);
    answer = () => Promise.reject(new HubError('ADAPTER_TIMEOUT', 'late'));
    await verify(GREEN);
    await service.verifyBatch({ context: CHECKPOINT.context, codes: [GREEN, known.token].map(bytes) }, call);
    hub.index.revoke(GUIZHOU, 8);
    expect((await verify(known.token)).verdict?.errorCode).toBe('ATTESTATION_KEY_REVOKED');
    expect(counter.snapshot()).toEqual([]);
    await verify((await hub.know({ sequence: 10 })).token);
    expect(counter.snapshot()).toMatchObject([{ recognition: 'recognised', count: 1 }]);
  });

  it('lends no colour to a person of the same reference, nor takes one', async () => {
    hub.commit(await canary('canary-red', 8));
    const { token } = await hub.know({ sequence: 10, issuer: BEIJING, status: '00' });
    expect(await scan(token)).toMatchObject({ verdict: { recognition: 'recognised', status: '00' } });
  });
});

describe('what other provinces state about a reference', () => {
  it('never is a canary', async () => {
    const signed = await canary();
    hub.commit(signed);
    const statements = new ForeignStatements(hub.index, hub.provinces, hub.lists, { readToken: () => Promise.resolve(signed.token) });
    expect(await statements.list(SUBJECT, 'health-status', BEIJING, NOW)).toEqual([]);
  });
});
