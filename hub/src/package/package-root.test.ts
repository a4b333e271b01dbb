import { describe, expect, it } from 'vitest';
import { signPackageRoot } from '../../../deploy/embedded/package-root.js';
import { HubError } from '../errors.js';
import { parsePackageKey } from './package-key.js';
import { verifyRootChain } from './package-root.js';
import { newKey, NOW, rootContent } from './package.fixture.js';

const [first, second, stranger, online, otherOnline] = [newKey(), newKey(), newKey(), newKey(), newKey()];
const { keyId } = parsePackageKey(online.pem);
const ROOT = signPackageRoot(rootContent([first.key], online.key), [first.key]);

function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof HubError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}
const verify = (files: readonly Uint8Array[], now = NOW, id = keyId) => verifyRootChain(files, id, now, 'production');

describe('verifyRootChain', () => {
  it('accepts a root that its own keys have signed, and one after it that both have', () => {
    expect(verify([ROOT])).toMatchObject({ version: 1, expiresAt: NOW + 365 * 86_400 });
    const next = signPackageRoot(rootContent([second.key], online.key, { version: 2, expiresAt: (NOW + 1000) * 1000 }), [first.key, second.key]);
    expect(verify([ROOT, next])).toMatchObject({ version: 2, expiresAt: NOW + 1000, files: [ROOT, next] });
  });

  it('refuses a root that follows without the keys of the one before, or without its own', () => {
    const without = (...signers: readonly (typeof first)[]) => signPackageRoot(rootContent([second.key], online.key, { version: 2 }), signers.map(({ key }) => key));
    for (const next of [without(second), without(first), without(stranger)]) expect(refusal(() => verify([ROOT, next]))).toContain('CONFIG_INVALID');
  });

  it('refuses fewer signatures than the threshold', () => {
    const content = rootContent([first.key, second.key], online.key, { threshold: 2 });
    expect(refusal(() => verify([signPackageRoot(content, [first.key])]))).toContain('CONFIG_INVALID');
    expect(verify([signPackageRoot(content, [first.key, second.key])]).version).toBe(1);
  });

  it.each([
    ['no root at all', () => verify([]), 'holds no 1.root.json'],
    ['text', () => verify([Buffer.from('{}')]), 'no root metadata'],
    ['a version that is not its name', () => verify([signPackageRoot(rootContent([first.key], online.key, { version: 2 }), [first.key])]), 'another version'],
    ['a changed root', () => verify([Buffer.from(ROOT.toString().replace('"threshold":1', '"threshold": 1').replace('2024-', '2034-'))]), 'not signed'],
    ['one whose time is over', () => verify([ROOT], NOW + 365 * 86_400), 'time is over'],
    ['one that names another hub', () => verify([ROOT], NOW, parsePackageKey(otherOnline.pem).keyId), 'does not name the key'],
    ['one made for development', () => verify([signPackageRoot(rootContent([first.key], online.key, { isForDevelopment: true }), [first.key])]), 'made for development'],
  ])('refuses %s, and says so', (_, attempt, words) => {
    expect(refusal(attempt)).toMatch(new RegExp(`CONFIG_INVALID.*${words}`));
  });

  it('takes a root of development on a machine of development', () => {
    const root = signPackageRoot(rootContent([first.key], online.key, { isForDevelopment: true }), [first.key]);
    expect(verifyRootChain([root], keyId, NOW, 'development').version).toBe(1);
  });
});

describe('parsePackageKey', () => {
  it('refuses what is no private key on P-256, and quotes none of it', () => {
    for (const pem of ['', 'secret', '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----']) {
      expect(refusal(() => parsePackageKey(pem))).toMatch(/^CONFIG_INVALID(?!.*secret)/);
    }
  });
});
