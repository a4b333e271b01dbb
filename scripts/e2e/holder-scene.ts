import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { v1 } from '@health-code/messages';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import sharp from 'sharp';
import { packageCache } from '../../deploy/embedded/checkout.js';
import { CHROMIUM, findProgram, programPath, type DebianProgram, type FoundProgram } from '../../deploy/embedded/debian-package.js';
import { DECODERS } from '../bench/qr-decoders.js';
import type { RunningCountry } from './running-country.js';

/** Draws the pages of a PDF. */
const PDFTOPPM: DebianProgram = { command: 'pdftoppm', package: 'poppler-utils', libraries: 'all-missing' };

/** Dots per inch of a cheap printer's draft, and of the picture that is read. */
const SHEET_DPI = 150;

/** GB/T 2260 of the province whose people show their codes. */
export const GUIZHOU = '520000';

/** Somebody who declares; nobody, as no region begins with 99. */
export interface Declarant {
  readonly name: string;
  readonly idNumber: string;
  readonly phone: string;
}

/** Declares somebody's health at the province's portal. */
export async function declare({ person }: RunningCountry, who: Declarant, facts: Partial<v1.IDeclareHealthRequest> = {}): Promise<void> {
  await person.declareHealth({
    province: GUIZHOU, temperature: 36.5,
    subject: { name: who.name, idType: '01', idNumber: who.idNumber, phone: who.phone, sex: '9', nationality: 'CHN', registeredRegion: GUIZHOU },
    ...facts,
  });
}

/** Declaring for somebody else: as the child. */
export const agentOf = ({ name, idNumber }: Declarant): v1.IAgent => ({ name, idType: '01', idNumber, relationship: v1.AgentRelationship.AGENT_RELATIONSHIP_CHILD });

const announce = (line: string): void => {
  console.error(line);
};

const find = (program: DebianProgram): Promise<FoundProgram> => findProgram(program, { cache: packageCache(), path: programPath(process.env['PATH']), announce });

/** A telephone's browser, with a profile that is removed with it. */
export async function openPhone(): Promise<{ readonly context: BrowserContext; readonly page: Page; readonly complaints: readonly string[]; readonly close: () => Promise<void> }> {
  const program = await find(CHROMIUM);
  const home = mkdtempSync(join(tmpdir(), 'health-code-holder-'));
  const context = await chromium.launchPersistentContext(join(home, 'profile'), {
    executablePath: program.path,
    env: { ...process.env, ...program.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    viewport: { width: 390, height: 844 },
    locale: 'zh-CN',
    // A sandbox needs rights that root in a container and ordinary users often lack; every page opened here is ours.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  return {
    context, page, complaints,
    close: async () => {
      await context.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Types what was declared into the login. */
export async function logIn(page: Page, address: string, { name, idNumber, phone }: Declarant): Promise<void> {
  await page.goto(`http://${address}/holder?lang=zh`);
  await page.fill('#documentNumber', idNumber);
  await page.fill('#name', name);
  await page.fill('#phone', phone);
  await page.click('button[type=submit]');
  await page.waitForSelector('main[data-member]');
}

/** Waits until a code is drawn. */
export const awaitCode = async (page: Page): Promise<void> => {
  await page.waitForSelector('#qr:not(.away)', { timeout: 20_000 });
};

/** What each decoder reads in a picture: two that share nothing. */
export async function readBoth(picture: Buffer): Promise<Readonly<Record<'zxing' | 'jsqr', string | undefined>>> {
  const { data, info } = await sharp(picture).flatten({ background: '#fff' }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const pixels = { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
  return { zxing: await DECODERS.zxing(pixels), jsqr: await DECODERS.jsqr(pixels) };
}

/** Every page of a printed PDF as PNG. */
export async function rasterise(pdf: Buffer): Promise<readonly Buffer[]> {
  const program = await find(PDFTOPPM);
  const folder = mkdtempSync(join(tmpdir(), 'health-code-sheet-'));
  try {
    writeFileSync(join(folder, 'sheet.pdf'), pdf);
    const run = promisify(execFile);
    const env = { ...process.env, ...program.env };
    const pages: Buffer[] = [];
    const { stderr } = await run(program.path, ['-png', '-r', String(SHEET_DPI), join(folder, 'sheet.pdf'), join(folder, 'page')], { env });
    for (let page = 1; page < 10; page += 1) {
      try {
        pages.push(readFileSync(join(folder, `page-${page}.png`)));
      } catch {
        break;
      }
    }
    if (pages.length === 0) throw new Error(`no page was drawn: ${stderr}`);
    return pages;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Millimetres to dots of {@link rasterise}. */
export const dots = (millimetres: number): number => Math.round((millimetres / 25.4) * SHEET_DPI);
