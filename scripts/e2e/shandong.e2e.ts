import { v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALLOWED, outcomeOf, verifyCode } from './outcome.js';
import { startCountry, type RunningCountry } from './running-country.js';

const SHANDONG = '370000';
const BEIJING = '110000';
const ORGANISATION = '91520000000000000D';
const SOON = { timeout: 15_000, interval: 100 };

/** Nobody: no such region, and nobody born that day is alive. */
const MOTHER = { name: '测试母', idType: '01', idNumber: '520199190001010016', sex: '9', nationality: 'CHN', registeredRegion: SHANDONG, phone: '19955550003' };
const DAUGHTER = { name: '测试女', idType: '01', idNumber: '11019919000101001X', relationship: v1.AgentRelationship.AGENT_RELATIONSHIP_CHILD };

let running: RunningCountry;

beforeAll(async () => {
  running = await startCountry({ provinces: ['shandong', 'beijing'], adapterSettings: { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' } });
});

afterAll(async () => {
  await running.stop();
});

const declare = (temperature: number, agent?: v1.IAgent): Promise<v1.DeclareHealthResponse> =>
  running.person.declareHealth({ province: SHANDONG, temperature, subject: MOTHER, ...(agent === undefined ? {} : { agent }) });

async function makeCode(subjectReference: string, agentReference = ''): Promise<v1.MakeCodeResponse> {
  const { businessSerialNumber, randomNumber } = await running.person.applyCode({ province: SHANDONG, subjectReference, agentReference, organisation: ORGANISATION, purpose: v1.Purpose.PURPOSE_TRAVEL });
  return running.person.makeCode({ province: SHANDONG, businessSerialNumber, randomNumber });
}

describe('a mother without a telephone in Shandong (代办)', () => {
  it('has her code shown by the daughter who declared for her, and by nobody else', async () => {
    const { subjectReference, agentReference } = await declare(36.5, DAUGHTER);
    expect(agentReference).not.toBe('');
    const { code } = await makeCode(subjectReference, agentReference);
    expect(outcomeOf(await verifyCode(running, code, BEIJING))).toEqual(ALLOWED);
    const stranger = `${subjectReference.slice(0, 2)}${'A'.repeat(43)}`;
    await expect(makeCode(subjectReference, stranger)).rejects.toThrow();
  });
});

describe('a yellow that the person disputes (纠错)', () => {
  it('turns green everywhere once the province finds for her, by a rule that says so', async () => {
    const { subjectReference } = await declare(38.5);
    const { attestation } = await makeCode(subjectReference);
    expect(outcomeOf(await verifyCode(running, attestation, BEIJING))).toEqual({ ...ALLOWED, status: 'yellow', advice: 'local-procedure' });
    const { ticket } = await running.person.correctHealth({ province: SHANDONG, subjectReference, disputedField: 'status', claimedValue: '00', evidence: '体温计有误' });
    expect((await running.person.queryCorrection({ province: SHANDONG, ticket })).state).toBe('received');

    const review = await fetch(`http://${running.addresses.localSystems['shandong'] ?? ''}/stand-in/review`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket, decision: 'uphold' }),
    });
    expect(review.ok).toBe(true);
    await expect.poll(async () => (await running.person.queryCorrection({ province: SHANDONG, ticket })).state, SOON).toBe('upheld');
    await expect.poll(async () => (await verifyCode(running, attestation, BEIJING)).errorCode, SOON).toBe('ATTESTATION_SUPERSEDED');
    const { attestation: corrected } = await makeCode(subjectReference);
    const verdict = await verifyCode(running, corrected, BEIJING);
    expect(outcomeOf(verdict)).toEqual(ALLOWED);
    expect(verdict.ruleId).toBe('370000-review-upheld');
  });
});
