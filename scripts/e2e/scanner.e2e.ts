import { generateProvinceKey, packPresentation } from '@health-code/attestation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCountry, type RunningCountry } from './running-country.js';
import { keepPictures, openScanner, readFromHub, type ScannerBrowser } from './scanner-browser.js';
import { drawCode, filmCodes } from './scanner-codes.js';
import { EXPECTED, makeGateCodes, nextResult, resultNumber, scanByWedge, signAsGuizhou, type GateCodes } from './scanner-scene.js';

/** The browser and what it needs are some 120 MB where nothing is installed. */
const DOWNLOAD_WITHIN_MS = 1_500_000;
const BEIJING = '110000';
const SOON = { timeout: 30_000, interval: 100 };
const DAY_MS = 86_400_000;
const HOSTILE_NAME = '<img src=x onerror=alert(1)>';

let running: RunningCountry;
let scanner!: ScannerBrowser;
let codes: GateCodes;
let address: string;

const invite = async (): Promise<string> => (await running.as({ role: 'province', province: BEIJING }).membership.inviteCheckpoint({})).code;
const attribute = (name: string): Promise<string | null> => scanner.page.locator(`[data-${name}]`).first().getAttribute(`data-${name}`);
const notices = (): Promise<readonly string[]> => scanner.page.evaluate<string[]>("[...document.querySelectorAll('[data-notice]')].map((one) => one.dataset.notice)");
const waiting = async (): Promise<number> => Number((await scanner.page.locator('[data-waiting]').getAttribute('data-waiting', { timeout: 300 }).catch(() => null)) ?? 0);
const next = (): Promise<void> => scanner.page.keyboard.press('Escape');
const readyAfter = async (doing: () => Promise<unknown>): Promise<void> => {
  await doing();
  await scanner.page.locator('[data-phase=ready]').waitFor();
  await expect.poll(() => attribute('package'), SOON).not.toBe('none');
};

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
    await keepPictures(page, '01-not-enrolled');
    await page.fill('#token', 'not-handed-out');
    await page.click('form .primary');
    await page.locator('[data-error=ENROLMENT_TOKEN_REFUSED]').waitFor();
    await keepPictures(page, '02-enrolment-refused');
  });

  it('becomes a checkpoint of the province that handed out the code, and fetches the package', async () => {
    const { page } = scanner;
    await page.fill('#token', await invite());
    await readyAfter(() => page.click('form .primary'));
    expect(await page.locator('.bar h1').textContent()).toContain('北京');
  });

  it('reads the code that is held before its camera', async () => {
    const { page } = scanner;
    expect(await nextResult(page, 0)).toEqual(EXPECTED.green);
    expect(await page.locator('.name strong').textContent()).toMatch(/^测\*/);
    await keepPictures(page, '03-green-by-camera');
    await next();
    await keepPictures(page, '04-camera');
    // From here on nothing is held before it.
    await page.click('[data-way=typed]');
    await keepPictures(page, '05-typed');
  });

  it('says that a code comes again within a minute', async () => {
    expect(await scanByWedge(scanner.page, codes.green)).toEqual(EXPECTED.green);
    expect(await scanner.page.locator('[data-replay]').count()).toBe(1);
    await keepPictures(scanner.page, '06-replayed');
    await next();
  });

  it('reads an image file, and says where there is no code in one', async () => {
    const { page } = scanner;
    await page.click('[data-way=image]');
    await page.setInputFiles('input[type=file]', { name: 'text.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await page.locator('[data-problem=imageUnreadable]').waitFor();
    await keepPictures(page, '07-image');
    const before = await resultNumber(page);
    await page.setInputFiles('input[type=file]', { name: 'screenshot.png', mimeType: 'image/png', buffer: await drawCode(codes.yellow, 700) });
    expect(await nextResult(page, before)).toEqual(EXPECTED.yellow);
    await next();
  });

  it('asks the hub about somebody without a phone, and takes no number whose check digit is wrong', async () => {
    const { page } = scanner;
    await page.click('[data-way=card]');
    await page.fill('#card-number', '520199190001010017');
    await page.click('form .primary');
    await page.locator('[data-error=IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID]').waitFor();
    await keepPictures(page, '08-card');
    const before = await resultNumber(page);
    await page.fill('#card-number', '520199190001010016');
    await page.click('form .primary');
    expect(await nextResult(page, before)).toEqual({ ...EXPECTED.green, decided: 'hub' });
    await keepPictures(page, '09-green-by-card');
    await next();
  });

  it('shows every outcome by colour, shape and word, and hostile text as text', async () => {
    const { page } = scanner;
    for (const [name, code] of Object.entries(codes) as [keyof GateCodes, string][]) {
      expect([name, await scanByWedge(page, code)]).toEqual([name, EXPECTED[name]]);
      await keepPictures(page, `10-${name}`);
    }
    await scanByWedge(page, await signAsGuizhou(running, { sequence: 4100 }, HOSTILE_NAME));
    expect(await page.locator('.name strong').textContent()).toBe(HOSTILE_NAME);
    expect(await page.locator('.name img').count()).toBe(0);
    await keepPictures(page, '11-hostile-name');
    await next();
  });

  it('speaks English, and tells what the device is', async () => {
    const { page } = scanner;
    await page.click('.language');
    await page.click('[data-open=settings]');
    expect(await page.locator('dialog').textContent()).toContain('spiffe://');
    await keepPictures(page, '12-settings');
    await page.selectOption('#place-class', 'transport');
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await page.locator('.bar h1').textContent()).toBe('Beijing · Transport');
    await scanByWedge(page, codes.yellow);
    await keepPictures(page, '13-yellow-english');
    await next();
    await page.click('[data-way=typed]');
  });
});

describe('the scanner page, after the network was cut and the server stopped', () => {
  it('opens again, and judges an hour of codes right', { timeout: 240_000 }, async () => {
    const { page, context } = scanner;
    await expect.poll(() => waiting(), SOON).toBeGreaterThan(0);
    await context.setOffline(true);
    await running.stopOne('hub');
    await page.clock.install();
    await page.reload();
    await page.locator('[data-phase=ready]').waitFor();
    await expect.poll(() => attribute('network'), SOON).toBe('offline');
    expect(await notices()).toEqual(['offlineLead']);
    await keepPictures(page, '20-offline');
    const before = await waiting();
    for (let minute = 0; minute < 60; minute += 5) {
      for (const [name, code] of Object.entries(codes) as [keyof GateCodes, string][]) {
        expect([minute, name, await scanByWedge(page, code)]).toEqual([minute, name, EXPECTED[name]]);
      }
      await page.clock.fastForward(5 * 60_000);
    }
    await expect.poll(waiting, SOON).toBe(before + 12 * Object.keys(codes).length);
    expect(await page.locator('[data-replay]').count()).toBe(0);
    await next();
    await keepPictures(page, '21-offline-for-an-hour');
  });

  it('says what it needs the network for', async () => {
    expect(await scanByWedge(scanner.page, '520199190001010016')).toMatchObject({ tone: 'grey', error: 'NETWORK_NEEDED', advice: 'try-again' });
    await keepPictures(scanner.page, '22-network-needed');
    await next();
  });

  it('says how old a green is, holds it when that is too old, and leaves none on the screen', async () => {
    const { page } = scanner;
    const now = Math.floor(Date.now() / 1000);
    const lasting = await signAsGuizhou(running, { expiresAt: now + 10 * 86_400 });
    expect([await scanByWedge(page, lasting), await page.locator('[data-aged]').count()]).toEqual([EXPECTED.green, 0]);
    await page.clock.fastForward(61_000);
    await expect.poll(() => page.locator('[data-tone]').count(), SOON).toBe(0);
    await page.clock.fastForward(DAY_MS);
    expect([await scanByWedge(page, lasting), await attribute('aged')]).toEqual([EXPECTED.green, 'ageing']);
    await keepPictures(page, '24-ageing');
    await page.clock.fastForward(DAY_MS);
    expect([await scanByWedge(page, lasting), await attribute('aged')]).toMatchObject([{ tone: 'grey', shape: 'diamond-pause', advice: 'try-again' }, 'stale']);
    await keepPictures(page, '24-stale');
    await next();
  });

  it('says that its clock is ahead once the server is there again, and lets nobody pass by it', async () => {
    const { page, context } = scanner;
    await running.restart('hub');
    await context.setOffline(false);
    await page.clock.runFor(31_000);
    await expect.poll(notices, SOON).toContain('clockAhead');
    expect(await scanByWedge(page, codes.green)).toMatchObject({ tone: 'grey', error: 'CLOCK_AHEAD' });
    await keepPictures(page, '23-clock-ahead');
    await next();
  });

  it('reports what it counted, once, when its clock is right again', async () => {
    const { page } = scanner;
    await page.clock.setSystemTime(Date.now());
    await readyAfter(() => page.reload());
    await expect.poll(waiting, SOON).toBe(0);
    const [row] = await running.query<{ total: string }>('hub', 'SELECT coalesce(sum(count), 0) AS total FROM check_count');
    expect(Number(row?.total)).toBeGreaterThanOrEqual(12 * Object.keys(codes).length);
    expect(await notices()).toEqual([]);
  });
});

describe('the scanner page, when something is wrong', () => {
  it('lets nobody pass by a clock that is a day behind', async () => {
    const { page } = scanner;
    await page.clock.setSystemTime(Date.now() - DAY_MS);
    await page.reload();
    await page.locator('[data-phase=ready]').waitFor();
    await expect.poll(notices, SOON).toContain('clockBehind');
    expect(await scanByWedge(page, codes.green)).toMatchObject({ tone: 'grey', error: 'CLOCK_BEHIND' });
    await keepPictures(page, '30-clock-behind');
    await page.clock.setSystemTime(Date.now());
    await readyAfter(() => page.reload());
  });

  it.each([
    ['cut off', 'PACKAGE_TRUNCATED', (text: string) => text.slice(0, 100)],
    ['forged', 'PACKAGE_SIGNATURE_INVALID', (text: string) => text.replace(/"version":(\d+),"expires/, (_, version: string) => `"version":${String(Number(version) + 9)},"expires`)],
    ['older', 'PACKAGE_ROLLED_BACK', undefined],
  ])('goes on with the package it has where what comes is %s', async (name, code, change) => {
    const { page } = scanner;
    const url = '**/package/metadata/timestamp.json';
    const timestamp = (): Promise<string> => readFromHub(running, '/package/metadata/timestamp.json');
    const first = await timestamp();
    // A later one is accepted before the older one is shown again.
    const before = await attribute('package');
    await expect.poll(() => attribute('package'), SOON).not.toBe(before);
    await page.route(url, async (route) => route.fulfill({ body: change === undefined ? first : change(await timestamp()), contentType: 'application/json' }));
    await page.click('[data-open=settings]');
    await page.click('dialog button:not(.primary)');
    await page.click('dialog .primary');
    await expect.poll(notices, SOON).toContain('updateFailed');
    expect(await page.locator('[data-notice=updateFailed] code').textContent()).toBe(code);
    expect(await scanByWedge(page, codes.green)).toEqual(EXPECTED.green);
    await next();
    await keepPictures(page, `31-update-${name.replace(' ', '-')}`);
    await page.unroute(url);
    await expect.poll(notices, SOON).not.toContain('updateFailed');
  });

  it('says that its storage is full, and goes on', async () => {
    const { page, context } = scanner;
    const protocol = await context.newCDPSession(page);
    const { origin } = new URL(address);
    await protocol.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
    await expect.poll(notices, SOON).toContain('storageFull');
    expect(await scanByWedge(page, codes.red)).toEqual(EXPECTED.red);
    await next();
    await keepPictures(page, '32-storage-full');
    await protocol.send('Storage.overrideQuotaForOrigin', { origin });
    await expect.poll(notices, SOON).not.toContain('storageFull');
  });

  it('says that it was cleared, and checks nothing before it is enrolled again', async () => {
    const { page, context } = scanner;
    const protocol = await context.newCDPSession(page);
    await protocol.send('Storage.clearDataForOrigin', { origin: new URL(address).origin, storageTypes: 'indexeddb' });
    await page.locator('[data-phase=cleared]').waitFor();
    await keepPictures(page, '33-storage-cleared');
  });

  it('asks the hub while it has no package, and says so', async () => {
    const { page, context } = scanner;
    await page.route('**/package/**', (route) => route.abort());
    await page.fill('#token', await invite());
    await page.click('form .primary');
    await page.locator('[data-phase=ready]').waitFor();
    expect(await notices()).toContain('packageNoneLead');
    expect(await scanByWedge(page, codes.green)).toEqual({ ...EXPECTED.green, decided: 'hub' });
    await context.setOffline(true);
    expect(await scanByWedge(page, codes.green)).toMatchObject({ tone: 'grey', error: 'PACKAGE_MISSING' });
    await keepPictures(page, '34-no-package');
    await next();
    await keepPictures(page, '35-no-package-ready');
    await context.setOffline(false);
    await page.unroute('**/package/**');
    await readyAfter(() => page.reload());
    expect(await scanByWedge(page, codes.green)).toEqual(EXPECTED.green);
  });

  it('has complained of nothing that its own rules forbid', () => {
    expect(scanner.complaints.filter((line) => !/Failed to load resource|net::ERR_|EventSource/.test(line))).toEqual([]);
  });
});
