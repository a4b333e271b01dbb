import { packPresentation } from '@health-code/attestation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeSuspension } from '../province/suspend.js';
import { verifyPerson } from './outcome.js';
import { startCountry, type RunningCountry } from './running-country.js';
import { denyCamera, keepPictures, openScanner, type ScannerBrowser } from './scanner-browser.js';
import { filmCodes } from './scanner-codes.js';
import { contradictedToken, EXPECTED, nextResult, resultNumber, scanByWedge, typeByWedge } from './scanner-scene.js';
import { obtainCode } from './traveller.js';

/** The browser and what it needs are some 120 MB where nothing is installed. */
const DOWNLOAD_WITHIN_MS = 1_500_000;
const BEIJING = '110000';
const GUIZHOU = '520000';
const SOON = { timeout: 30_000, interval: 100 };

let running: RunningCountry;
let scanner!: ScannerBrowser;
let contradicted: string;
let green: string;

const next = (): Promise<void> => scanner.page.keyboard.press('Escape');

beforeAll(async () => {
  running = await startCountry({
    provinces: ['guizhou', 'beijing', 'jiangsu', 'shanghai'],
    hubSettings: { PACKAGE_INTERVAL: '2s' },
    adapterSettings: { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' },
  });
  contradicted = await contradictedToken(running);
  ({ attestation: green } = await obtainCode(running));
  scanner = await openScanner(running, await filmCodes([packPresentation(green)]));
  const { page } = scanner;
  // Its camera would show results of its own.
  await page.addInitScript("localStorage.setItem('way', 'typed')");
  await page.goto(`https://localhost:${running.addresses.hub.web.split(':').at(-1) ?? ''}/scanner/`);
  await page.fill('#token', (await running.as({ role: 'province', province: BEIJING }).membership.inviteCheckpoint({})).code);
  await page.click('form .primary');
  await page.locator('[data-package]:not([data-package=none])').waitFor();
}, DOWNLOAD_WITHIN_MS);

afterAll(async () => {
  await scanner.close();
  await running.stop();
});

describe('the scanner page, while what it knows changes', () => {
  it('refuses what was replaced a moment ago, while it is connected', async () => {
    const { page } = scanner;
    const standIn = running.standIn('guizhou');
    const person = (await standIn.people()).filter(({ value, documentType }) => value === '00' && documentType === '01')[5]!;
    const { attestation } = await verifyPerson(running, { type: person.documentType, number: person.documentNumber, homeProvince: GUIZHOU });
    const token = Buffer.from(attestation!).toString();
    expect(await scanByWedge(page, token)).toEqual(EXPECTED.green);
    await standIn.setStatus(person, '10');
    await expect.poll(async () => (await scanByWedge(page, token)).error, SOON).toBe('ATTESTATION_SUPERSEDED');
    await next();
  });

  it('refuses what its province suspends, until that is lifted', async () => {
    const { page } = scanner;
    const adapter = { url: `http://${running.addresses.adapters['guizhou'] ?? ''}` };
    const person = (await running.standIn('guizhou').people()).filter(({ value, documentType }) => value === '00' && documentType === '01')[6]!;
    const { attestation, sequence } = await verifyPerson(running, { type: person.documentType, number: person.documentNumber, homeProvince: GUIZHOU });
    const token = Buffer.from(attestation!).toString();
    expect(await scanByWedge(page, token)).toEqual(EXPECTED.green);
    await changeSuspension(adapter, Number(sequence), 'suspend');
    await expect.poll(() => scanByWedge(page, token), SOON).toMatchObject({ tone: 'grey', shape: 'diamond-cross', error: 'ATTESTATION_SUSPENDED', decided: 'package' });
    await keepPictures(page, '40-suspended');
    await changeSuspension(adapter, Number(sequence), 'lift');
    await expect.poll(() => scanByWedge(page, token), SOON).toEqual(EXPECTED.green);
    await next();
  });

  it('shows no colour where provinces disagree about somebody', async () => {
    const { page } = scanner;
    await expect.poll(() => scanByWedge(page, contradicted), SOON).toMatchObject({ tone: 'grey', shape: 'diamond-note', error: 'ATTESTATION_CONTRADICTED', decided: 'package' });
    await keepPictures(page, '41-conflict');
    await next();
  });

  it('shows nothing of the last person while the next one is looked up', async () => {
    const { page } = scanner;
    expect(await scanByWedge(page, green)).toEqual(EXPECTED.green);
    const before = await resultNumber(page);
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/verify', async (route) => asked.then(() => route.continue()));
    await typeByWedge(page, '520199190001010016');
    await expect.poll(() => page.locator('[data-tone]').count(), SOON).toBe(0);
    await keepPictures(page, '42-looked-up');
    answer();
    expect(await nextResult(page, before)).toEqual({ ...EXPECTED.green, decided: 'hub' });
    await page.unroute('**/api/verify');
    await next();
  });

  it('says that it may not use the camera, reads codes by other ways, and takes it up when it may', async () => {
    const { page } = scanner;
    const allow = await denyCamera(scanner);
    await page.click('[data-way=camera]');
    await page.locator('[data-camera=denied]').waitFor();
    await keepPictures(page, '43-camera-denied');
    expect(await scanByWedge(page, green)).toEqual(EXPECTED.green);
    await next();
    await allow();
    const before = await resultNumber(page);
    await page.click('[data-camera=denied] button');
    expect(await nextResult(page, before)).toEqual(EXPECTED.green);
    await next();
    await page.click('[data-way=typed]');
  });
});
