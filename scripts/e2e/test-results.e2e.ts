import { v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALLOWED, contextIn, outcomeOf, verifyBatch, verifyCode } from './outcome.js';
import { CODES, startCountry, type RunningCountry } from './running-country.js';

const SOON = { timeout: 15_000, interval: 100 };
const TEST = v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST;
const GUIZHOU = '520000';

let running: RunningCountry;

beforeAll(async () => {
  running = await startCountry({ provinces: ['guizhou', 'shanghai', 'beijing', 'hebei'], adapterSettings: { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' } });
});

afterAll(async () => {
  await running.stop();
});

const verifyTest = async (code: string): Promise<v1.IVerdict> =>
  (await running.checkpoint.verifyCode({ context: contextIn(GUIZHOU), code: Buffer.from(code), kind: TEST })).verdict ?? {};

describe.each([{ slug: 'shanghai', green: '00' }, { slug: 'beijing', green: '0' }, { slug: 'hebei', green: '00' }])('a nucleic-acid test of $slug', ({ slug, green }) => {
  it('is attested beside the colour, recognised in another province, and lets nobody pass by itself', async () => {
    const standIn = running.standIn(slug);
    const tested = await firstTested(slug, green);
    const colour = await verifyCode(running, await standIn.showCode(tested), GUIZHOU);
    expect(outcomeOf(colour)).toEqual(ALLOWED);
    const test = await verifyTest(await standIn.showCode(tested));
    expect(outcomeOf(test)).toEqual({ status: 'unspecified', recognition: 'recognised', advice: 'check-status', errorCode: '' });
    expect(test).toMatchObject({ kind: TEST, issuer: CODES[slug], test: { result: v1.TestResult.TEST_RESULT_NEGATIVE } });
    expect(Number(test.test?.reportedAt?.seconds)).toBeGreaterThanOrEqual(Number(test.test?.sampledAt?.seconds));

    // Each by itself, later, without asking the province.
    await expect
      .poll(async () => verifyBatch(running, [test.attestation!, colour.attestation!], GUIZHOU), SOON)
      .toMatchObject([{ recognition: 'recognised', advice: 'check-status' }, { status: 'green', advice: 'allow' }]);
  });
});

/** Somebody green who was tested negative not long ago. */
async function firstTested(slug: string, green: string) {
  const standIn = running.standIn(slug);
  for (const person of (await standIn.people()).filter(({ value, documentType }) => value === green && documentType === '01')) {
    const { test } = await verifyTest(await standIn.showCode(person));
    if (test?.result === v1.TestResult.TEST_RESULT_NEGATIVE) return person;
  }
  throw new Error(`nobody in ${slug} was tested`);
}
