import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { ATTESTATION_TYPE } from './attestation.js';
import {
  BEIJING,
  codeOf,
  createSigner,
  GUIZHOU,
  NOW,
  sampleClaims,
  sampleTestClaims,
  signTexts,
  testSalt,
  type Signer,
} from './attestation.fixture.js';
import { toWireClaims } from './attestation-claims.js';
import { AttestationError } from './errors.js';
import { parseAttestation } from './parse-attestation.js';
import { createKeyRing, type ProvinceKeyRing } from './province-key.js';
import { signAttestation, type SignedAttestation } from './sign-attestation.js';
import { verifyAttestation } from './verify-attestation.js';

const ALPHABET = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~');
const tokenCharacter = fc.constantFrom(...ALPHABET);
const segment = fc.string({ unit: tokenCharacter, maxLength: 60 });

let signer: Signer;
let ring: ProvinceKeyRing;
let signed: SignedAttestation;

beforeAll(async () => {
  signer = await createSigner(GUIZHOU);
  ring = createKeyRing([signer.registered]);
  signed = await signAttestation(sampleClaims(), { maskedName: '测*甲' }, signer.signing, testSalt);
});

/** `undefined` where the text is refused as it has to be; anything but an `AttestationError` fails the test. */
async function verifyOrRefuse(text: string): Promise<string | undefined> {
  try {
    const { attestation, maskedName } = await verifyAttestation(parseAttestation(text), ring, NOW);
    return JSON.stringify([attestation, maskedName]);
  } catch (error) {
    expect(error).toBeInstanceOf(AttestationError);
    return undefined;
  }
}

/** Thousands of signatures: on a busy machine a while. */
const PATIENCE = { timeout: 120_000 };

describe('parseAttestation, attacked', PATIENCE, () => {
  it('throws nothing but an AttestationError on any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: tokenCharacter, maxLength: 400 }),
      fc.array(segment, { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
    );
    fc.assert(
      fc.property(text, (some) => {
        codeOf(() => parseAttestation(some));
      }),
      { numRuns: 5000 },
    );
  });

  it('throws nothing but an AttestationError on a valid text cut, doubled and spliced', () => {
    const index = fc.integer({ min: 0, max: 1_200 });
    fc.assert(
      fc.property(index, index, fc.string({ unit: 'binary', maxLength: 8 }), (start, end, insertion) => {
        const text = signed.presentation.slice(0, start) + insertion + signed.presentation.slice(end);
        codeOf(() => parseAttestation(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('throws nothing but an AttestationError on any signed JSON', async () => {
    const header = JSON.stringify({ alg: 'ES256', kid: signer.signing.kid, typ: ATTESTATION_TYPE });
    const source = { issuer: BEIJING, sequence: 7, issuedAt: NOW - 60 };
    const samples = [sampleClaims(), sampleClaims({ source }), sampleTestClaims(), sampleTestClaims({ supersedes: 3 })];
    const wires = samples.map((sample) => toWireClaims({ ...sample, disclosureDigests: [] }));
    const member = fc.constantFrom(...new Set(wires.flatMap((wire) => Object.keys(wire))));
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...wires.flatMap((wire) => Object.values(wire))));
    const changed = fc.tuple(fc.constantFrom(...wires), member, value).map(([wire, name, some]) => JSON.stringify({ ...wire, [name]: some }));
    const payload = fc.oneof(fc.json(), changed);
    await fc.assert(
      fc.asyncProperty(payload, async (text) => {
        const token = await signTexts(header, text, signer.signing);
        codeOf(() => parseAttestation(token));
      }),
      { numRuns: 500 },
    );
  });

  it('verifies no text with one other character, unless it says the same', async () => {
    const original = await verifyOrRefuse(signed.presentation);
    expect(original).toContain(signed.attestation.subject);
    const position = fc.integer({ min: 0, max: signed.presentation.length - 1 });
    const character = fc.oneof(tokenCharacter, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
    await fc.assert(
      fc.asyncProperty(position, character, async (at, other) => {
        const text = signed.presentation.slice(0, at) + other + signed.presentation.slice(at + 1);
        if (text === signed.presentation) return;
        expect(await verifyOrRefuse(text)).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  it('verifies no text with each character in turn deleted or doubled', async () => {
    const text = signed.presentation;
    for (let at = 0; at < text.length; at++) {
      expect(await verifyOrRefuse(text.slice(0, at) + text.slice(at + 1))).toBeUndefined();
      expect(await verifyOrRefuse(text.slice(0, at + 1) + text.slice(at))).toBeUndefined();
    }
  });
});
