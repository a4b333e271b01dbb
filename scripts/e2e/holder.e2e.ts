import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAttestation, unpackPresentation } from '@health-code/attestation';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentOf, awaitCode, declare, dots, GUIZHOU, logIn, openPhone, rasterise, readBoth, type Declarant } from './holder-scene.js';
import { ALLOWED, outcomeOf, refusedAs, verifyCode } from './outcome.js';
import { startCountry, type RunningCountry } from './running-country.js';

/** The browser, and what draws a PDF, are some 150 MB where nothing is installed. */
const DOWNLOAD_WITHIN_MS = 1_500_000;
const CHILD: Declarant = { name: '测试旅人', idNumber: '520199190001010016', phone: '19955550001' };
const MOTHER: Declarant = { name: '测试阿婆', idNumber: '520199190001020038', phone: '19955550002' };
const FATHER: Declarant = { name: '测试阿公', idNumber: '52019919000103005X', phone: '19955550003' };

let running: RunningCountry;
let phone: Awaited<ReturnType<typeof openPhone>>;
let page: Page;

async function keepPictures(name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS_DIR'];
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  for (const [size, viewport] of Object.entries({ phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } })) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: join(folder, `holder-${name}-${size}.png`), fullPage: size === 'phone' });
  }
  await page.setViewportSize({ width: 390, height: 844 });
}

/** The text that both decoders read off the screen. */
async function readScreen(): Promise<string> {
  await awaitCode(page);
  const read = await readBoth(await page.locator('.code').screenshot());
  expect(read.jsqr).toBe(read.zxing);
  return read.zxing ?? '';
}

beforeAll(async () => {
  running = await startCountry({ provinces: ['beijing', 'guizhou'] });
  await declare(running, CHILD);
  await declare(running, MOTHER, { symptoms: ['2'], agent: agentOf(CHILD) });
  await declare(running, FATHER, { contactHistory: true, agent: agentOf(CHILD) });
  phone = await openPhone();
  ({ page } = phone);
}, DOWNLOAD_WITHIN_MS);

afterAll(async () => {
  await phone.close();
  await running.stop();
}, 60_000);

describe('the page of somebody who shows a code', () => {
  const address = (): string => running.addresses.adapters['guizhou'] ?? '';

  it('asks who it is, says that the login is a stand-in, and tells nobody what was wrong', async () => {
    await page.goto(`http://${address()}/holder`);
    expect(await page.textContent('.standin')).toContain('演示用登录');
    await keepPictures('login');
    await page.fill('#documentNumber', CHILD.idNumber);
    await page.fill('#name', '别人');
    await page.fill('#phone', CHILD.phone);
    await page.click('button[type=submit]');
    expect(await page.textContent('.refusal')).toContain('HOLDER_LOGIN_REFUSED');
    await keepPictures('login-refused');
  });

  it('shows an online code that both decoders read off the screen, good for one scan, and the next one when it ends', async () => {
    await page.clock.install();
    await logIn(page, address(), CHILD);
    const text = await readScreen();
    expect(await page.textContent('.band')).toMatch(/●绿码GREEN/);
    expect(await page.textContent('#masked-name')).toBe('测***');
    await keepPictures('online-green');
    expect(outcomeOf(await verifyCode(running, text))).toEqual(ALLOWED);
    expect(outcomeOf(await verifyCode(running, text))).toEqual(refusedAs('no-status', 'LOCAL_CODE_SPENT'));
    const before = await page.getAttribute('#modules', 'd');
    await page.clock.fastForward(59_000);
    await expect.poll(() => page.getAttribute('#modules', 'd')).not.toBe(before);
    expect(outcomeOf(await verifyCode(running, await readScreen()))).toEqual(ALLOWED);
  });

  it('takes away what has run out, though no answer comes about the next', async () => {
    await page.route('**/holder/code*', () => undefined);
    try {
      await page.clock.fastForward(59_000);
      await page.clock.fastForward(3000);
      await expect.poll(() => page.getAttribute('#qr', 'class')).toBe('away');
      expect(await page.getAttribute('#modules', 'd')).toBe('');
    } finally {
      await page.unroute('**/holder/code*');
    }
  });

  it('shows a code for places without a network: the signed statement, which the hub knows too', async () => {
    await page.click('nav.forms a:nth-child(2)');
    await page.waitForSelector('main[data-form=offline]');
    const text = await readScreen();
    await keepPictures('offline-green');
    expect(parseAttestation(unpackPresentation(text)).claims).toMatchObject({ issuer: GUIZHOU, status: '00' });
    await expect.poll(async () => outcomeOf(await verifyCode(running, text))).toEqual(ALLOWED);
  });

  it.each([['01', '黄码', /▲黄码YELLOW/, 'yellow'], ['10', '红码', /■红码RED/, 'red']] as const)('shows the code of a member of the family in the colour, word and shape of status %s', async (status, word, band, name) => {
    await page.click(`nav.family a:has-text("${word}")`);
    await page.click('nav.forms a:nth-child(2)');
    await page.waitForSelector('main[data-form=offline]');
    const text = await readScreen();
    expect(await page.textContent('.band')).toMatch(band);
    expect(await page.textContent('body')).not.toContain('阿');
    await keepPictures(`family-${name}`);
    expect(parseAttestation(unpackPresentation(text)).claims).toMatchObject({ status });
    await page.click('nav.forms a:nth-child(1)');
    await page.waitForSelector('main[data-form=online]');
    expect(outcomeOf(await verifyCode(running, await readScreen()))).toMatchObject({ status: name, recognition: 'recognised' });
  });

  it('speaks English to whoever asks', async () => {
    await page.click('nav.forms a:nth-child(2)');
    await page.click('header a');
    await page.waitForSelector('html[lang=en]');
    await readScreen();
    expect(await page.textContent('.band')).toMatch(/■RED红码/);
    await keepPictures('family-red-english');
  });

  it.each([['00', 'green'], ['01', 'yellow'], ['10', 'red']] as const)('prints a sheet of A6 that both decoders read, with status %s', async (status, name) => {
    await page.goto(`http://${address()}/holder?lang=en`);
    await page.click(`nav.family a:has-text("${name.toUpperCase()}")`);
    await page.click('.show form button');
    await page.waitForSelector('.sheet');
    await keepPictures(`sheet-${name}`);
    const pages = await rasterise(await page.pdf({ preferCSSPageSize: true, printBackground: true }));
    expect(pages).toHaveLength(1);
    const [sheet = Buffer.alloc(0)] = pages;
    const folder = process.env['SCREENSHOTS_DIR'];
    if (folder !== undefined && folder !== '') writeFileSync(join(folder, `holder-paper-${name}.png`), sheet);
    const { width, height } = await sharp(sheet).metadata();
    expect(Math.abs(width - dots(105)) + Math.abs(height - dots(148))).toBeLessThanOrEqual(4);
    for (const printed of [sheet, await sharp(sheet).greyscale().png().toBuffer()]) {
      const read = await readBoth(printed);
      expect(read.jsqr).toBe(read.zxing);
      expect(parseAttestation(unpackPresentation(read.zxing ?? '')).claims).toMatchObject({ issuer: GUIZHOU, status });
      await expect.poll(async () => outcomeOf(await verifyCode(running, read.zxing ?? ''))).toMatchObject({ status: name, recognition: 'recognised', errorCode: '' });
    }
  });

  it('tells the person who showed the code for her, and the agent when she does it alone', async () => {
    await declare(running, MOTHER);
    await page.goto(`http://${address()}/holder?lang=zh`);
    expect(await page.textContent('#ended')).toContain('测***: 本人已自行申报');
    expect(await page.locator('nav.family a').count()).toBe(2);
    await keepPictures('agent-ended');
    await page.click('footer button');
    await logIn(page, address(), MOTHER);
    await awaitCode(page);
    expect(await page.textContent('#made')).toMatch(/测\*\*\*（子女） · 纸质码/);
    await keepPictures('made-by-agent');
  });

  it('throws nothing, and loads nothing that its policy forbids', () => {
    // The browser itself says so of each answer that is an error: the refused login above.
    expect(phone.complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
  });
});
