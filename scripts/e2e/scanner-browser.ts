import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { packageCache } from '../../deploy/embedded/checkout.js';
import { CHROMIUM, findProgram, programPath } from '../../deploy/embedded/debian-package.js';
import type { RunningCountry } from './running-country.js';

/** Sizes at which the page is looked at. */
export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;

/** A browser with a camera of its own, and a profile that is removed with it. */
export interface ScannerBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page said on its console as errors, and threw. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** SHA-256 of the public key of the hub's page certificate: the browser takes it for good, as if its authority had been installed. */
function pinOf({ dataPath }: RunningCountry): string {
  const certificate = new X509Certificate(readFileSync(join(dataPath, 'secrets', 'pki', 'web.crt')));
  return createHash('sha256').update(certificate.publicKey.export({ type: 'spki', format: 'der' })).digest('base64');
}

/** What the hub answers to whoever asks over HTTPS. */
export function readFromHub({ dataPath, addresses }: RunningCountry, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(join(dataPath, 'secrets', 'pki', 'server-ca.crt'));
    const request = get(`https://${addresses.hub.web}${path}`, { ca }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve(text));
    });
    request.on('error', reject);
  });
}

/** Starts a real Chromium. @param film what its camera sees, as Motion JPEG */
export async function openScanner(country: RunningCountry, film: Buffer): Promise<ScannerBrowser> {
  const announce = (line: string): void => {
    console.error(line);
  };
  const program = await findProgram(CHROMIUM, { cache: packageCache(), path: programPath(process.env['PATH']), announce });
  const home = mkdtempSync(join(tmpdir(), 'health-code-scanner-'));
  const camera = join(home, 'camera.mjpeg');
  writeFileSync(camera, film);
  const context = await chromium.launchPersistentContext(join(home, 'profile'), {
    executablePath: program.path,
    env: { ...process.env, ...program.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    viewport: SIZES.phone,
    locale: 'zh-CN',
    // A sandbox needs rights that root in a container and ordinary users often lack; every page opened here is ours.
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`, `--ignore-certificate-errors-spki-list=${pinOf(country)}`,
    ],
  });
  await context.grantPermissions(['camera']);
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  return {
    context,
    page,
    complaints,
    close: async () => {
      await context.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Takes the leave to use the camera away, as a person does in the browser's settings; returns a way to give it back. */
export async function denyCamera({ context, page }: ScannerBrowser): Promise<() => Promise<void>> {
  const protocol = await context.newCDPSession(page);
  const { origin } = new URL(page.url());
  await context.clearPermissions();
  await protocol.send('Browser.setPermission', { permission: { name: 'camera' }, setting: 'denied', origin });
  return () => context.grantPermissions(['camera'], { origin });
}

/** Keeps a picture of the page at each size, in both languages, where the environment's SCREENSHOTS_DIR names a folder. */
export async function keepPictures(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS_DIR'];
  if (folder === undefined || folder === '') return;
  mkdirSync(folder, { recursive: true });
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: join(folder, `${name}-${size}.png`) });
  }
  await page.setViewportSize(SIZES.phone);
}
