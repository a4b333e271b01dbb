import { randomBytes } from 'node:crypto';
import { importSigningKey, signAttestation, type GeneratedProvinceKey, type HealthStatusAttestation, type ProvinceCode } from '@health-code/attestation';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { verifyPerson } from './outcome.js';
import { CODES, persist, type RunningCountry } from './running-country.js';
import { anySubject, ProvinceVoice } from './province-voice.js';
import { obtainCode, tamper } from './traveller.js';

const GUIZHOU = '520000';
const DAY = 86_400;

/** What a result of the page comes to. */
export interface PageResult {
  readonly tone: string | null;
  readonly shape: string | null;
  readonly recognition: string | null;
  readonly advice: string | null;
  readonly error: string | null;
  readonly decided: string | null;
}

/** The codes of an hour at a gate. */
export interface GateCodes {
  readonly green: string;
  readonly yellow: string;
  readonly red: string;
  readonly superseded: string;
  readonly forged: string;
  readonly expired: string;
  /** Of a province's key that is registered nowhere. */
  readonly stranger: string;
  /** A payment code of another system. */
  readonly foreign: string;
}

const byPackage = (result: Omit<PageResult, 'decided'>): PageResult => ({ ...result, decided: 'package' });

/** What each of them has to come to, with a network and without. */
export const EXPECTED: Readonly<Record<keyof GateCodes, PageResult>> = {
  green: byPackage({ tone: 'green', shape: 'circle-check', recognition: 'recognised', advice: 'allow', error: '' }),
  yellow: byPackage({ tone: 'yellow', shape: 'triangle', recognition: 'recognised', advice: 'local-procedure', error: '' }),
  red: byPackage({ tone: 'red', shape: 'square', recognition: 'recognised', advice: 'local-procedure', error: '' }),
  superseded: byPackage({ tone: 'grey', shape: 'diamond-clock', recognition: 'superseded', advice: 'ask-person', error: 'ATTESTATION_SUPERSEDED' }),
  forged: byPackage({ tone: 'grey', shape: 'diamond-cross', recognition: 'signature-invalid', advice: 'local-procedure', error: 'ATTESTATION_SIGNATURE_INVALID' }),
  expired: byPackage({ tone: 'grey', shape: 'diamond-clock', recognition: 'expired', advice: 'ask-person', error: 'ATTESTATION_EXPIRED' }),
  stranger: byPackage({ tone: 'grey', shape: 'diamond-cross', recognition: 'signature-invalid', advice: 'local-procedure', error: 'ATTESTATION_KEY_UNKNOWN' }),
  foreign: byPackage({ tone: 'grey', shape: 'diamond-question', recognition: 'unknown-code', advice: 'ask-person', error: 'CODE_UNKNOWN' }),
};

/** A statement that Guizhou's own key has signed, whatever it says. */
export async function signAsGuizhou(running: RunningCountry, claims: Partial<HealthStatusAttestation>, maskedName = '测*', generated?: GeneratedProvinceKey['privateJwk']): Promise<string> {
  const { keys } = JSON.parse(running.secret(`province-keys-${GUIZHOU}.json`)) as { readonly keys: readonly GeneratedProvinceKey['privateJwk'][] };
  const key = await importSigningKey(generated ?? keys.find(({ use }) => use === 'sig') ?? {});
  const issuedAt = claims.issuedAt ?? Math.floor(Date.now() / 1000);
  const standard: Omit<HealthStatusAttestation, 'disclosureDigests'> = {
    issuer: GUIZHOU as ProvinceCode, subject: `1.${randomBytes(32).toString('base64url')}`, sequence: 4000, issuedAt, expiresAt: issuedAt + DAY, kind: 'health-status', status: '00', since: issuedAt,
    reason: 'REASON_NOT_STATED', rule: { id: '520000-declared-nothing', version: '1' }, authority: GUIZHOU, evidence: 'verified-source', original: { system: 'e2e', field: 'type', value: '00' },
  };
  return (await signAttestation({ ...standard, ...claims }, { maskedName }, key, () => randomBytes(16).toString('base64url'))).presentation;
}

async function tokenOf(running: RunningCountry, slug: string, colour: '01' | '10'): Promise<string> {
  const standIn = running.standIn(slug);
  const { documentType: type, documentNumber: number } = await standIn.getPerson((await standIn.colours())[colour]);
  const { attestation } = await verifyPerson(running, { type, number, homeProvince: CODES[slug] ?? '' });
  return Buffer.from(attestation ?? []).toString();
}

/** Somebody's green, after which the province has said red. */
async function supersededToken(running: RunningCountry): Promise<string> {
  const standIn = running.standIn('guizhou');
  const person = (await standIn.people()).filter(({ value, documentType }) => value === '00' && documentType === '01')[3];
  if (person === undefined) throw new Error('nobody in guizhou is green');
  const document = { type: person.documentType, number: person.documentNumber, homeProvince: GUIZHOU };
  const before = await verifyPerson(running, document);
  await standIn.setStatus(person, '10');
  await persist(async () => {
    if (String((await verifyPerson(running, document)).sequence) === String(before.sequence)) throw new Error('nothing later is known');
  });
  return Buffer.from(before.attestation ?? []).toString();
}

/** A green of Jiangsu, about somebody of whom Shanghai says red; nothing else may have been attested by either. */
export async function contradictedToken(running: RunningCountry): Promise<string> {
  const [jiangsu, shanghai] = [await ProvinceVoice.take(running, 'jiangsu'), await ProvinceVoice.take(running, 'shanghai')];
  const subject = anySubject();
  const green = await jiangsu.sign(1, { subject });
  await jiangsu.publish(green.token);
  await shanghai.publish((await shanghai.sign(1, { subject, status: '10' })).token);
  await Promise.all([jiangsu.close(), shanghai.close()]);
  return green.presentation;
}

/** Everything that is shown at the gate, out of the running country. */
export async function makeGateCodes(running: RunningCountry, strangersKey: GeneratedProvinceKey['privateJwk']): Promise<GateCodes> {
  const { attestation: green } = await obtainCode(running);
  const now = Math.floor(Date.now() / 1000);
  return {
    green,
    yellow: await tokenOf(running, 'sichuan', '01'),
    red: await tokenOf(running, 'sichuan', '10'),
    superseded: await supersededToken(running),
    forged: tamper(green),
    expired: await signAsGuizhou(running, { issuedAt: now - 2 * DAY, expiresAt: now - DAY, since: now - 2 * DAY }),
    stranger: await signAsGuizhou(running, {}, '测*', strangersKey),
    foreign: 'https://example.com/pay?to=nobody&amount=1',
  };
}

/** Shows a code as a scanner in keyboard mode does: many keys at once, and Enter. */
export async function scanByWedge(page: Page, text: string): Promise<PageResult> {
  const before = await resultNumber(page);
  await typeByWedge(page, text);
  return nextResult(page, before);
}

/** The same, waiting for no result. */
export async function typeByWedge(page: Page, text: string): Promise<void> {
  // In the page, so that no key waits for a round trip: that would look like a person.
  await page.evaluate(`for (const key of [...${JSON.stringify(text)}, 'Enter']) window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))`);
}

/** How many results the page has shown. */
export const resultNumber = async (page: Page): Promise<number> => Number((await page.locator('[data-number]').getAttribute('data-number', { timeout: 500 }).catch(() => null)) ?? 0);

/** The first result after number `before`. */
export async function nextResult(page: Page, before: number): Promise<PageResult> {
  await expect.poll(() => resultNumber(page), { timeout: 30_000, interval: 50 }).toBeGreaterThan(before);
  return readResult(page);
}

/** The result that the page shows. */
export async function readResult(page: Page): Promise<PageResult> {
  const shown = page.locator('[data-tone]');
  const read = (name: string): Promise<string | null> => shown.getAttribute(`data-${name}`);
  return { tone: await read('tone'), shape: await read('shape'), recognition: await read('recognition'), advice: await read('advice'), error: await read('error'), decided: await read('decided') };
}
