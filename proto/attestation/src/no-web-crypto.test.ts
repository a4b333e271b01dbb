import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';

import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { beforeAll, describe, expect, it } from 'vitest';

import { GUIZHOU, NOW, sampleClaims, testSalt } from './attestation.fixture.js';
import { decodeBase64Url } from './base64url.js';
import { packPresentation } from './compact-code/compact-code.js';
import type * as Library from './index.js';
import { loadWithoutNode, WEB_GLOBALS } from './load-without-node.fixture.js';
import { generateProvinceKey, importSigningKey } from './province-key.js';
import { signAttestation } from './sign-attestation.js';
import type { SignaturePlatform } from './signature-platform.js';
import { bitsOf, sampleTerms } from './status-list/status-list.fixture.js';
import { signStatusList } from './status-list/sign-status-list.js';

const bytesOf = (text: string | undefined): Uint8Array => decodeBase64Url(text ?? '') ?? new Uint8Array();

/** What a mini-program brings along: here an ECDSA and an EdDSA in plain JavaScript. */
const OWN_PLATFORM: SignaturePlatform = {
  importKey: ({ kty, x, y }) => Promise.resolve(kty === 'OKP' ? bytesOf(x) : p256.Point.fromHex(`04${Buffer.concat([bytesOf(x), bytesOf(y)]).toString('hex')}`).toBytes()),
  verify: (algorithm, key, signingInput, signature) => {
    if (signature.length !== 64) return Promise.resolve(false);
    // Web Crypto takes both s and n - s.
    const isValid = algorithm === 'ES256' ? p256.verify(signature, signingInput, key as Uint8Array, { lowS: false }) : ed25519.verify(signature, signingInput, key as Uint8Array);
    return Promise.resolve(isValid);
  },
  sha256: (bytes) => Promise.resolve(new Uint8Array(createHash('sha256').update(bytes).digest())),
};

describe.each(['ES256', 'Ed25519'] as const)('a mini-program without Web Crypto, of %s', (algorithm) => {
  let library: typeof Library;
  let jwk: unknown;
  let presentation: string;
  let list: string;
  let context: ReturnType<typeof createContext>;

  beforeAll(async () => {
    context = createContext({ ...WEB_GLOBALS, crypto: undefined });
    library = loadWithoutNode(resolve(dirname(fileURLToPath(import.meta.url)), 'index.ts'), context) as typeof Library;
    const { privateJwk, publicJwk } = await generateProvinceKey('sig', algorithm);
    jwk = publicJwk;
    const signing = await importSigningKey(privateJwk);
    ({ presentation } = await signAttestation(sampleClaims({ sequence: 3 }), { maskedName: '测*甲' }, signing, testSalt));
    list = await signStatusList(bitsOf(0, 1, 2), sampleTerms(), signing);
  }, 60_000);

  const ring = async (): Promise<Library.ProvinceKeyRing> => library.createKeyRing([await library.importProvinceKey(jwk, GUIZHOU, OWN_PLATFORM)]);
  const verify = async (text: string) => library.verifyAttestation(library.parseAttestation(text), await ring(), NOW, OWN_PLATFORM);
  const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'nothing thrown', (error: unknown) => (error as { code: string }).code);

  it('has none: what asks for it fails', async () => {
    expect(runInContext('typeof crypto', context)).toBe('undefined');
    expect(await codeOf(library.importProvinceKey(jwk, GUIZHOU))).toBe('PROVINCE_KEY_INVALID');
  });

  it('verifies what a person shows, by a compact code too', async () => {
    expect(await verify(presentation)).toMatchObject({ maskedName: '测*甲', attestation: { sequence: 3, status: '00' } });
    expect((await verify(library.unpackPresentation(packPresentation(presentation)))).maskedName).toBe('测*甲');
  });

  it('refuses what was changed, and another key', async () => {
    const [header, , rest] = presentation.split('.');
    const other = (await signAttestation(sampleClaims(), {}, await importSigningKey((await generateProvinceKey('sig', algorithm)).privateJwk), testSalt)).token;
    expect(await codeOf(verify([header, other.split('.')[1], rest].join('.')))).toBe('ATTESTATION_SIGNATURE_INVALID');
    expect(await codeOf(verify(other))).toBe('ATTESTATION_KEY_UNKNOWN');
    expect(await codeOf(verify(presentation.replace(/[^~]+~$/, (disclosure) => disclosure.replace(/^.{6}/, 'WyJhYm'))))).toBe('ATTESTATION_DISCLOSURE_INVALID');
  });

  it('refuses a key that is not on its curve, and one of another thumbprint', async () => {
    const { privateJwk: _, publicJwk } = await generateProvinceKey('sig', algorithm);
    expect(await codeOf(library.importProvinceKey({ ...publicJwk, kid: 'A'.repeat(43) }, GUIZHOU, OWN_PLATFORM))).toBe('PROVINCE_KEY_INVALID');
    if (algorithm === 'ES256') expect(await codeOf(library.importProvinceKey({ ...publicJwk, kid: undefined, y: publicJwk.x }, GUIZHOU, OWN_PLATFORM))).toBe('PROVINCE_KEY_INVALID');
  });

  it('reads the list of its issuer and decides', async () => {
    const held = await library.verifyStatusList(list, await ring(), NOW, { platform: OWN_PLATFORM });
    const { attestation } = await verify(presentation);
    const status = library.listedStatus(held, library.statusListPlace(attestation.issuer, attestation.sequence).index);
    const known = { standing: 'admitted', source: undefined, superseded: false, conflict: false, ruleRegistered: true, keyRevoked: false, knownAt: NOW } as const;
    expect(library.decideVerdict({ ...attestation, ...known, suspended: status === 'suspended' }, 'general', NOW).recognition).toBe('suspended');
  });
});
