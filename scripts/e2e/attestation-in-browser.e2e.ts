import { createKeyRing, generateProvinceKey, importProvinceKey, importSigningKey, parseAttestation, signAttestation, verifyAttestation } from '@health-code/attestation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageCache } from '../../deploy/embedded/checkout.js';
import { CHROMIUM, findProgram, programPath } from '../../deploy/embedded/debian-package.js';
import { GUIZHOU, NOW, sampleClaims, testSalt } from '../../proto/attestation/src/attestation.fixture.js';
import { RFC_7515_A3, RFC_8037_A4 } from '../../proto/attestation/src/rfc-vectors.fixture.js';
import type { PageInput, PageOutcome } from './browser-page.js';
import { startSite, type Site } from './browser-site.js';
import { startBrowser, type Browser } from './browser.js';

/** The browser and what it needs are some 120 MB where nothing is installed. */
const DOWNLOAD_WITHIN_MS = 1_500_000;
const ANSWER_WITHIN_MS = 60_000;

let browser: Browser | undefined;
let site: Site | undefined;
let outcome: PageOutcome;

async function createInput(): Promise<PageInput> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig', 'ES256');
  const { presentation } = await signAttestation(sampleClaims(), {}, await importSigningKey(privateJwk), testSalt);
  const vectors = [
    { ...RFC_7515_A3, algorithm: 'ES256' },
    { ...RFC_8037_A4, algorithm: 'Ed25519' },
    { ...RFC_8037_A4, algorithm: 'Ed25519', signature: `A${RFC_8037_A4.signature.slice(1)}` },
  ] as const;
  return { claims: sampleClaims(), now: NOW, vectors, foreign: { presentation, publicJwk } };
}

beforeAll(async () => {
  const announce = (line: string): void => {
    console.error(line);
  };
  const program = await findProgram(CHROMIUM, { cache: packageCache(), path: programPath(process.env['PATH']), announce });
  site = await startSite(await createInput());
  browser = startBrowser(program);
  const answered = JSON.parse(await browser.readText(site.url, '#outcome', ANSWER_WITHIN_MS)) as PageOutcome | { readonly error: string };
  if ('error' in answered) throw new Error(`the page failed: ${answered.error}`);
  outcome = answered;
}, DOWNLOAD_WITHIN_MS);

afterAll(async () => {
  await browser?.close();
  site?.close();
});

describe('the attestation workspace, as built, in a real browser', () => {
  it('runs in Chromium, with nothing of Node', () => {
    expect(outcome.agent).toMatch(/Chrome\/\d+/);
    expect(outcome.ofNode).toEqual([]);
  });

  it.each(['ES256', 'Ed25519'] as const)('signs with %s what it and Node verify', async (algorithm) => {
    const { presentation, publicJwk, maskedName } = outcome.algorithms[algorithm];
    expect(maskedName).toBe('测*甲');
    const verified = await verifyAttestation(parseAttestation(presentation), createKeyRing([await importProvinceKey(publicJwk, GUIZHOU)]), NOW);
    expect(verified.attestation).toMatchObject({ issuer: GUIZHOU, sequence: sampleClaims().sequence, status: '00' });
    expect(verified.maskedName).toBe('测*甲');
  });

  it.each(['ES256', 'Ed25519'] as const)('refuses a padded token, and a signature of another content, with %s', (algorithm) => {
    expect(outcome.algorithms[algorithm].padded).toBe('ATTESTATION_ENCODING_NOT_CANONICAL');
    expect(outcome.algorithms[algorithm].resigned).toBe('ATTESTATION_SIGNATURE_INVALID');
  });

  it('verifies what Node signed', () => {
    expect(outcome.foreign).toMatchObject(sampleClaims());
  });

  it('verifies RFC 7515 A.3 and RFC 8037 A.4, and no changed signature', () => {
    expect(outcome.vectors).toEqual([true, true, false]);
  });

  it('opens what it sealed', () => {
    expect(outcome.sealed).toBe('核验');
  });

  it('decides the verdict', () => {
    expect(outcome.verdicts.now).toEqual({ status: '00', stated: '00', recognition: 'recognised', freshness: 'fresh', advice: 'allow' });
    expect(outcome.verdicts.afterExpiry).toMatchObject({ status: 'none', recognition: 'expired' });
  });
});
