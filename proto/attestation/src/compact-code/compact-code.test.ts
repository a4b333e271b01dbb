import { deflateSync } from 'fflate';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { codeOf, createSigner, GUIZHOU, NOW, sampleCanaryClaims, sampleClaims, sampleTestClaims, type Signer } from '../attestation.fixture.js';
import { encodeBase64Url } from '../base64url.js';
import { parseAttestation } from '../parse-attestation.js';
import { createKeyRing } from '../province-key.js';
import { signAttestation } from '../sign-attestation.js';
import { verifyAttestation } from '../verify-attestation.js';
import { decodeBase45, encodeBase45 } from './base45.js';
import { COMPACT_CODE_PREFIX, isCompactCode, packPresentation, unpackPresentation } from './compact-code.js';
import { DICTIONARY } from './dictionary.js';

let es256: Signer;
let ed25519: Signer;
let presentation: string;
let code: string;

const salt = (): string => encodeBase64Url(crypto.getRandomValues(new Uint8Array(16)));
const random43 = (): string => encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)));

/** As a province signs: a reference and a salt that are random. */
const sign = async (claims = sampleClaims({ subject: `1.${random43()}` }), signer = es256) =>
  (await signAttestation(claims, { maskedName: '测*甲' }, signer.signing, salt)).presentation;

const packedOf = (text: string): Uint8Array => decodeBase45(text.slice(COMPACT_CODE_PREFIX.length)) ?? new Uint8Array();
const withPacked = (change: (packed: Uint8Array) => Uint8Array): string => COMPACT_CODE_PREFIX + encodeBase45(change(packedOf(code)));
const CONTENT_AT = 98;

beforeAll(async () => {
  es256 = await createSigner(GUIZHOU);
  ed25519 = await createSigner(GUIZHOU, 'Ed25519');
  presentation = await sign();
  code = packPresentation(presentation);
});

describe('packPresentation', () => {
  it('makes a text of the alphanumeric mode of a QR code', () => {
    expect(code).toMatch(/^CNHC1:[0-9A-Z $%*+\-./:]+$/);
  });

  it('comes back the same, of every kind, algorithm and number of disclosures', async () => {
    for (const claims of [sampleClaims(), sampleTestClaims(), sampleCanaryClaims(), sampleClaims({ status: 'none', supersedes: 1200 })]) {
      for (const signer of [es256, ed25519]) {
        for (const disclosures of [{}, { maskedName: '测*甲' }, { maskedName: '𠮷*'.repeat(20) }]) {
          const signed = await signAttestation(claims, disclosures, signer.signing, salt);
          expect(unpackPresentation(packPresentation(signed.presentation))).toBe(signed.presentation);
        }
        const { token } = await signAttestation(claims, {}, signer.signing, salt);
        expect(unpackPresentation(packPresentation(token))).toBe(token);
      }
    }
  });

  it('is verified as what it was packed from', async () => {
    const { maskedName } = await verifyAttestation(parseAttestation(unpackPresentation(code)), createKeyRing([es256.registered]), NOW);
    expect(maskedName).toBe('测*甲');
  });

  it('is half as long, and fits a QR code of version 13 at level M', () => {
    expect(code.length / presentation.length).toBeLessThan(0.5);
    // ISO/IEC 18004 table 7: 483 alphanumeric characters of version 13-M.
    expect(code.length).toBeLessThanOrEqual(483);
  });

  it.each([
    ['a token whose signature has another length', (text: string) => text.replace(/\.[^.~]+~/, '.AAAA~'), 'COMPACT_CODE_INVALID'],
    ['a token of two segments', (text: string) => text.split('.').slice(0, 2).join('.'), 'COMPACT_CODE_INVALID'],
    ['a payload with a separator in it', (text: string) => text.replace(/\.[^.]+\./, `.${encodeBase64Url(new Uint8Array([123, 0, 125]))}.`), 'COMPACT_CODE_INVALID'],
    ['a header of another type', (text: string) => text.replace(/^[^.]+/, encodeBase64Url(new TextEncoder().encode('{"alg":"ES256","typ":"JWT"}'))), 'ATTESTATION_TYPE_UNSUPPORTED'],
    ['a header that is no JSON', (text: string) => text.replace(/^[^.]+/, 'AAAA'), 'COMPACT_CODE_INVALID'],
    ['an open end', (text: string) => text.slice(0, -1), 'ATTESTATION_MALFORMED'],
  ])('refuses %s', (_, change, expected) => {
    expect(codeOf(() => packPresentation(change(presentation)))).toBe(expected);
  });
});

describe('unpackPresentation', () => {
  it.each([
    ['an empty text', () => ''],
    ['the prefix alone', () => COMPACT_CODE_PREFIX],
    ['another prefix', () => code.replace('CNHC1', 'CNHC2')],
    ['lower case', () => code.toLowerCase()],
    ['a code that was cut off', () => code.slice(0, -6)],
    ['one character less', () => code.slice(0, -1)],
    ['a certificate of the European Union, which is base45 too', () => `HC1:${code.slice(6)}`],
    ['another version', () => withPacked((packed) => packed.with(0, 2))],
    ['another algorithm', () => withPacked((packed) => packed.with(33, 2))],
    ['nothing behind the signature', () => withPacked((packed) => packed.subarray(0, CONTENT_AT))],
    ['one random run more than the text has places for', () => withPacked((packed) => Uint8Array.from([...packed.subarray(0, CONTENT_AT), 4, 1, 7, ...packed.subarray(CONTENT_AT + 1)]))],
    ['one less', () => withPacked((packed) => Uint8Array.from([...packed.subarray(0, CONTENT_AT), 2, ...packed.subarray(CONTENT_AT + 34)]))],
    ['a run that is cut off', () => withPacked((packed) => Uint8Array.from([...packed.subarray(0, CONTENT_AT), 1, 255, 7]))],
    ['255 runs and nothing else', () => withPacked((packed) => Uint8Array.from([...packed.subarray(0, CONTENT_AT), 255]))],
    ['content that is not DEFLATE', () => withPacked((packed) => packed.fill(255, CONTENT_AT))],
    ['a text longer than any', () => COMPACT_CODE_PREFIX + '0'.repeat(12_288)],
    ['a decompression bomb', () => withPacked((packed) => {
      const bomb = deflateSync(new Uint8Array(4_000_000), { level: 9, dictionary: DICTIONARY });
      return Uint8Array.from([...packed.subarray(0, CONTENT_AT), 0, ...bomb]);
    })],
  ])('refuses %s', (_, make) => {
    expect(codeOf(() => unpackPresentation(make()))).toBe('COMPACT_CODE_INVALID');
  });

  it('throws nothing but its own code, whatever is scanned', () => {
    const answers = ['COMPACT_CODE_INVALID', 'nothing thrown'];
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => { expect(answers).toContain(codeOf(() => unpackPresentation(text))); }));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => { expect(answers).toContain(codeOf(() => unpackPresentation(COMPACT_CODE_PREFIX + encodeBase45(bytes)))); }));
    fc.assert(
      fc.property(fc.nat({ max: packedOf(code).length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        expect(answers).toContain(codeOf(() => unpackPresentation(withPacked((packed) => packed.with(at, value)))));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('isCompactCode', () => {
  it('knows one by its beginning, as text and as bytes', () => {
    for (const [text, expected] of [[code, true], [presentation, false], ['CNHC1', false], ['', false], ['cnhc1:', false]] as const) {
      expect(isCompactCode(text)).toBe(expected);
      expect(isCompactCode(new TextEncoder().encode(text))).toBe(expected);
    }
  });
});

it('the dictionary of version 1 is what it was', async () => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', DICTIONARY as Uint8Array<ArrayBuffer>));
  expect(encodeBase64Url(digest)).toBe('MR9Rx7MyOWaVac0wuRNOy_GaQnHpUABQ-yQRpJAQalU');
});
