import { status } from '@grpc/grpc-js';
import { v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALLOWED, outcomeOf, refusalOf, refusedAs, verifyCode, verifyPerson } from './outcome.js';
import { startCountry, type RunningCountry } from './running-country.js';
import { TRAVELLER, obtainCode, tamper } from './traveller.js';

const GUIZHOU = '520000';
const SHANDONG = '370000';
const BEIJING = '110000';
const HEBEI = '130000';
const ORGANISATION = '91520000000000000D';
const SOON = { timeout: 15_000, interval: 100 };

let running: RunningCountry;

beforeAll(async () => {
  running = await startCountry({ provinces: ['guizhou', 'shandong', 'beijing', 'hebei'], adapterSettings: { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' } });
});

afterAll(async () => {
  await running.stop();
});

const convert = (province: string, attestation: string): Promise<v1.ConvertCodeResponse> => running.person.convertCode({ province, attestation: Buffer.from(attestation) });

describe('a traveller from Guizhou who arrives in Shandong', () => {
  it('has her attestation converted without declaring again, and gets a local code for it', async () => {
    const { attestation } = await obtainCode(running);
    const { source, converted, attestation: local, subjectReference } = await convert(SHANDONG, attestation);
    expect(outcomeOf(source ?? {})).toEqual(ALLOWED);
    expect(outcomeOf(converted ?? {})).toEqual(ALLOWED);
    expect(converted).toMatchObject({ issuer: SHANDONG, ruleId: '370000-conversion-foreign', original: source?.original });
    expect(converted?.source).toMatchObject({ issuer: GUIZHOU, sequence: source?.sequence });
    expect(Number(converted?.expiresAt?.seconds)).toBeLessThanOrEqual(Number(source?.expiresAt?.seconds));

    const shown = await verifyCode(running, local, BEIJING);
    expect(outcomeOf(shown)).toEqual(ALLOWED);
    expect(shown.issuer).toBe(SHANDONG);

    const { businessSerialNumber, randomNumber } = await running.person.applyCode({ province: SHANDONG, subjectReference, organisation: ORGANISATION, purpose: v1.Purpose.PURPOSE_TRAVEL });
    const { code } = await running.person.makeCode({ province: SHANDONG, businessSerialNumber, randomNumber });
    const scanned = await verifyCode(running, code, BEIJING);
    expect(outcomeOf(scanned)).toEqual(ALLOWED);
    expect(scanned.source).toMatchObject({ issuer: GUIZHOU });
  });

  it('loses the converted statement with the one it was made from, and nobody sees two provinces disagree', async () => {
    const { attestation } = await obtainCode(running);
    const { attestation: local } = await convert(SHANDONG, attestation);
    expect(outcomeOf(await verifyCode(running, local))).toEqual(ALLOWED);
    const { attestation: feverish } = await obtainCode(running, 38.5);
    await expect.poll(async () => outcomeOf(await verifyCode(running, local)), SOON).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
    expect(outcomeOf(await verifyCode(running, feverish))).toEqual({ ...ALLOWED, status: 'yellow', advice: 'local-procedure' });
    await expect
      .poll(async () => outcomeOf(await verifyPerson(running, { type: TRAVELLER.idType, number: TRAVELLER.idNumber })), SOON)
      .toEqual({ ...ALLOWED, status: 'yellow', advice: 'local-procedure' });
  });

  it('has a yellow stay yellow', async () => {
    const { attestation } = await obtainCode(running, 38.5);
    const { converted } = await convert(SHANDONG, attestation);
    expect(outcomeOf(converted ?? {})).toEqual({ ...ALLOWED, status: 'yellow', advice: 'local-procedure' });
  });

  it('gets nothing for what does not stand', async () => {
    const { attestation } = await obtainCode(running);
    const forged = await convert(SHANDONG, tamper(attestation));
    expect(outcomeOf(forged.source ?? {})).toEqual(refusedAs('signature-invalid', 'ATTESTATION_SIGNATURE_INVALID'));
    expect([forged.converted ?? null, forged.attestation, forged.subjectReference]).toEqual([null, '', '']);
    await obtainCode(running, 38.5);
    await expect.poll(async () => outcomeOf((await convert(SHANDONG, attestation)).source ?? {}), SOON).toEqual(refusedAs('superseded', 'ATTESTATION_SUPERSEDED'));
  });

  it('is told where no conversion is offered: at home, and where data are shared instead', async () => {
    const { attestation } = await obtainCode(running);
    expect((await refusalOf(convert(GUIZHOU, attestation))).status).toBe(status.INVALID_ARGUMENT);
    expect((await refusalOf(convert(HEBEI, attestation))).status).toBe(status.UNIMPLEMENTED);
  });
});
