import { generateProvinceKey, packPresentation } from '@health-code/attestation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawCode, filmCodes } from './scanner-codes.js';
import { keepPictures, openScanner, type ScannerBrowser } from './scanner-browser.js';
import { makeGateCodes, nextResult, resultNumber, scanByWedge, type GateCodes } from './scanner-scene.js';
import { startCountry, type RunningCountry } from './running-country.js';

/** The browser and what it needs are some 120 MB where nothing is installed. */
const DOWNLOAD_WITHIN_MS = 1_500_000;
const BEIJING = '110000';
const SOON = { timeout: 30_000, interval: 100 };

let running: RunningCountry;
let scanner!: ScannerBrowser;
let codes: GateCodes;
let address: string;

const invite = async (): Promise<string> => (await running.as({ role: 'province', province: BEIJING }).membership.inviteCheckpoint({})).code;
const held = (): Promise<string | null> => scanner.page.locator('[data-package]').getAttribute('data-package');

beforeAll(async () => {
  running = await startCountry({
    provinces: ['guizhou', 'beijing', 'sichuan'],
    hubSettings: { PACKAGE_INTERVAL: '2s' },
    adapterSettings: { POLL_INTERVAL: '500ms', HEARTBEAT_INTERVAL: '500ms' },
  });
  address = `https://localhost:${running.addresses.hub.web.split(':').at(-1) ?? ''}/scanner/`;
  codes = await makeGateCodes(running, (await generateProvinceKey('sig', 'ES256')).privateJwk);
  scanner = await openScanner(running, await filmCodes([packPresentation(codes.green)]));
}, DOWNLOAD_WITHIN_MS);

afterAll(async () => {
  await scanner.close();
  await running.stop();
});

describe('the scanner page, in a real browser', () => {
  it('asks for a one-time code before anything else, and says that one is wrong', async () => {
    const { page } = scanner;
    await page.goto(address);
    await page.locator('[data-phase=not-enrolled]').waitFor();
    await keepPictures(page, 'not-enrolled');
    await page.fill('#token', 'not-handed-out');
    await page.click('form .primary');
    await page.locator('[data-error=ENROLMENT_TOKEN_REFUSED]').waitFor();
    await keepPictures(page, 'enrolment-refused');
  });

  it('becomes a checkpoint of the province that handed out the code, and fetches the package', async () => {
    const { page } = scanner;
    await page.fill('#token', await invite());
    await page.click('form .primary');
    await page.locator('[data-phase=ready]').waitFor();
    await expect.poll(held, SOON).not.toBe('none');
    expect(await page.locator('.bar h1').textContent()).toContain('北京');
  });

  it('reads the code that is held before its camera', async () => {
    const { page } = scanner;
    expect(await nextResult(page, 0)).toEqual({ tone: 'green', shape: 'circle-check', recognition: 'recognised', advice: 'allow', error: '', decided: 'package' });
    expect(await page.locator('.name strong').textContent()).toMatch(/^测\*/);
    await keepPictures(page, 'green-by-camera');
  });

  it('says that a code comes again within a minute', async () => {
    const { page } = scanner;
    await page.click('[data-way=typed]', { force: true }).catch(() => undefined);
    await scanByWedge(page, codes.green);
    expect(await page.locator('[data-replay]').count()).toBe(1);
    await keepPictures(page, 'replayed');
  });

  it('reads an image file, and a yellow is shown as one', async () => {
    const { page } = scanner;
    await page.click('.next');
    await page.click('[data-way=image]');
    await keepPictures(page, 'image');
    const before = await resultNumber(page);
    await page.setInputFiles('input[type=file]', { name: 'screenshot.png', mimeType: 'image/png', buffer: await drawCode(codes.yellow, 700) });
    expect(await nextResult(page, before)).toMatchObject({ tone: 'yellow', shape: 'triangle', recognition: 'recognised', decided: 'package' });
    await keepPictures(page, 'yellow-by-image');
  });
});
