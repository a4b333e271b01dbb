import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateProvinceKey, parseProvinceCode, signConformanceBadge, verifyConformanceBadge } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHubKeys } from './hub-keys.js';

const BADGE = { province: parseProvinceCode('520000'), adapterVersion: '1', protocolVersion: 2, suiteVersion: '1', reportDigest: '0'.repeat(64), iat: 1, exp: 2_000_000_000 };

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'health-code-hub-keys-'));
  path = join(directory, 'hub-keys.json');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const write = (content: unknown, mode = 0o600): void => {
  writeFileSync(path, JSON.stringify(content), { mode });
  chmodSync(path, mode);
};
const refusal = { code: 'CONFIG_INVALID' };

describe('openHubKeys', () => {
  it('makes a key where there is none, for the hub’s eyes alone, and goes on with it', async () => {
    const made = await openHubKeys(path, 'production');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['hub-keys.json']);
    const opened = await openHubKeys(path, 'production');
    expect(opened.signing.kid).toBe(made.signing.kid);
    expect((await verifyConformanceBadge(await signConformanceBadge(BADGE, made.signing), opened.verifying, '520000', 3)).province).toBe('520000');
  });

  it('makes one key where several replicas start at once over one file', async () => {
    const opened = await Promise.all(Array.from({ length: 4 }, () => openHubKeys(path, 'production')));
    const kept = await openHubKeys(path, 'production');
    expect(opened.map(({ signing }) => signing.kid)).toEqual(Array.from({ length: 4 }, () => kept.signing.kid));
    expect(readdirSync(directory)).toEqual(['hub-keys.json']);
  });

  it('hands out public halves alone', async () => {
    const { jwks, signing } = await openHubKeys(path, 'production');
    const { keys } = JSON.parse(jwks) as { readonly keys: readonly Record<string, unknown>[] };
    expect(keys).toMatchObject([{ kid: signing.kid, use: 'sig', kty: 'EC' }]);
    expect(keys[0]).not.toHaveProperty('d');
    expect(readFileSync(path, 'utf8')).toContain('"d"');
  });

  it('signs with the first of several, and verifies what any of them signed', async () => {
    const [next, former] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('sig')]);
    write({ keys: [former.privateJwk] });
    const badge = await signConformanceBadge(BADGE, (await openHubKeys(path, 'production')).signing);
    write({ keys: [next.privateJwk, former.privateJwk] });
    const rotated = await openHubKeys(path, 'production');
    expect(rotated.signing.kid).toBe(next.publicJwk.kid);
    expect((await verifyConformanceBadge(badge, rotated.verifying, '520000', 3)).province).toBe('520000');
  });

  it('marks what it makes for development, and takes none of it in production', async () => {
    await openHubKeys(path, 'development');
    await openHubKeys(path, 'development');
    await expect(openHubKeys(path, 'production')).rejects.toMatchObject(refusal);
  });

  it.each([0o640, 0o604, 0o620])('refuses a file of mode %o: others could sign in the hub’s name', async (mode) => {
    write({ keys: [(await generateProvinceKey('sig')).privateJwk] }, mode);
    await expect(openHubKeys(path, 'production')).rejects.toMatchObject(refusal);
  });

  it('refuses anything but private keys to sign with, and quotes nothing of it', async () => {
    const [signing, sealing] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('enc')]);
    for (const content of [{ keys: [] }, { keys: [signing.publicJwk] }, { keys: [sealing.privateJwk] }, { keys: [{ ...signing.privateJwk, x: 'A' }] }, [], 'hunter2']) {
      write(content);
      const error = await openHubKeys(path, 'production').then(() => undefined, (caught: unknown) => caught as Error);
      expect(error).toMatchObject(refusal);
      expect(error?.message).not.toContain(signing.privateJwk.d);
      expect(error?.message).not.toContain('hunter2');
    }
  });

  it('says when it can write none, and leaves nothing behind', async () => {
    const nowhere = join(directory, 'missing', 'hub-keys.json');
    await expect(openHubKeys(nowhere, 'production')).rejects.toMatchObject(refusal);
    expect(existsSync(nowhere)).toBe(false);
  });
});
