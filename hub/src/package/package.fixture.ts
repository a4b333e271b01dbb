import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { makePackageKey, signPackageRoot, type RootContent } from '../../../deploy/embedded/package-root.js';
import { generateProvinceKey, parseProvinceCode, type GeneratedProvinceKey } from '@health-code/attestation';
import type { ListedProvince, RegisteredRule } from '../registry/registry.js';
import { parsePackageKey } from './package-key.js';
import { verifyRootChain } from './package-root.js';
import type { SigningMaterial } from './package-files.js';
import type { PackageContent, PackagedRegistry } from './package-parts.js';

/** Seconds since the epoch in every test. */
export const NOW = 1_700_000_000;
export const GUIZHOU = parseProvinceCode('520000');
export const BEIJING = parseProvinceCode('110000');

/** A new private key. */
export const newKey = (): { readonly pem: string; readonly key: KeyObject } => {
  const pem = makePackageKey();
  return { pem, key: createPrivateKey(pem) };
};

/** A root of two keys, of which one signs, for an online key. */
export const rootContent = (rootKeys: readonly KeyObject[], online: KeyObject, change: Partial<RootContent> = {}): RootContent => ({
  version: 1,
  rootKeys: rootKeys.map((key) => createPublicKey(key)),
  threshold: 1,
  onlineKey: createPublicKey(online),
  expiresAt: (NOW + 365 * 86_400) * 1000,
  isForDevelopment: false,
  ...change,
});

/** What a hub signs with. */
export function signingMaterial(now = NOW): SigningMaterial {
  const [root, online] = [newKey(), newKey()];
  const key = parsePackageKey(online.pem);
  const file = signPackageRoot(rootContent([root.key], online.key, { expiresAt: (now + 365 * 86_400) * 1000 }), [root.key]);
  return { key, roots: verifyRootChain([file], key.keyId, now, 'production') };
}

/** A province as a test has it. */
export interface TestProvince extends Pick<ListedProvince, 'code' | 'standing' | 'recognisers'> {
  readonly keys: readonly (GeneratedProvinceKey & { readonly revokedFrom?: number })[];
  readonly rules: readonly RegisteredRule[];
}

/** Guizhou with a key that signs, one that opens, and a rule. */
export async function guizhou(change: Partial<TestProvince> = {}): Promise<TestProvince> {
  return {
    code: GUIZHOU,
    standing: 'admitted',
    recognisers: [{ prefix: 'HC:52:', infix: '', minLength: 10, maxLength: 200 }],
    keys: [await generateProvinceKey('sig'), await generateProvinceKey('enc')],
    rules: [{ province: GUIZHOU, id: 'rule-1', version: '1', title: '国家码直接使用', facts: [] }],
    ...change,
  };
}

/** A registry of these provinces. */
export function registryOf(provinces: readonly TestProvince[]): PackagedRegistry & { version: number } {
  const find = (code: string): TestProvince | undefined => provinces.find((province) => province.code === code);
  const jwkOf = ({ publicJwk, revokedFrom }: TestProvince['keys'][number]): object => ({ ...publicJwk, ...(revokedFrom === undefined ? {} : { exp: revokedFrom }) });
  return {
    version: 1,
    provinces: () => provinces,
    findSigningKeys: (code) =>
      (find(code)?.keys ?? []).flatMap(({ publicJwk, revokedFrom }) => (publicJwk.use === 'sig' ? [{ kid: publicJwk.kid ?? '', ...(revokedFrom === undefined ? {} : { revokedFrom }) }] : [])),
    findKeySet: (code) => ({ keys: (find(code)?.keys ?? []).map(jwkOf) }),
    findRules: (code) => find(code)?.rules ?? [],
  };
}

/** Content in which nothing is exceptional. */
export const contentOf = (provinces: readonly TestProvince[], change: Partial<PackageContent> = {}): PackageContent => ({
  registry: registryOf(provinces),
  feeds: provinces.map(({ code }) => ({ issuer: code, confirmedAt: NOW - 10 })),
  policies: [],
  exceptions: { conflicts: [], equivocations: [], sources: [] },
  lists: [],
  ledgerEntries: 3,
  ...change,
});
