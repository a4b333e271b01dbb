import { generateProvinceKey, parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { RegistryLoader, type RegistryReader } from './registry-loader.js';
import { LiveRegistry } from './registry.js';
import type { StoredRegistry } from './stored-registry.js';

const GUIZHOU = parseProvinceCode('520000');

async function storedWithTwoEncryptionKeys(): Promise<StoredRegistry> {
  const [newer, older] = await Promise.all([generateProvinceKey('enc'), generateProvinceKey('enc')]);
  const keys = [newer, older].map(({ publicJwk }) => ({ kid: publicJwk.kid ?? '', province: GUIZHOU, use: 'enc' as const, jwk: publicJwk }));
  return { revision: 1, provinces: [{ code: GUIZHOU, standing: 'admitted', registered: true }], keys, recognisers: [], rules: [] };
}

describe('RegistryLoader', () => {
  it('encrypts to the key that was stated last', async () => {
    const stored = await storedWithTwoEncryptionKeys();
    const registry = new LiveRegistry();
    await new RegistryLoader({ readPulse: () => Promise.resolve({ revision: 1, heartbeats: [] }), readAll: () => Promise.resolve(stored) }, registry).refresh();
    expect(registry.findProvince(GUIZHOU)?.encryptionKey?.kid).toBe(stored.keys[0]?.kid);
    expect(registry.findKeySet(GUIZHOU).keys).toHaveLength(2);
  });

  it('ends a key when it was given up, or when its province said, whichever comes first', async () => {
    const stored = await storedWithTwoEncryptionKeys();
    const endOf = async (exp: number | undefined, retiredAt: number): Promise<unknown> => {
      const keys = stored.keys.slice(0, 1).map((key) => ({ ...key, jwk: exp === undefined ? key.jwk : { ...key.jwk, exp }, retiredAt }));
      const reader = { readPulse: () => Promise.resolve({ revision: 1, heartbeats: [] }), readAll: () => Promise.resolve({ ...stored, keys }) };
      const registry = new LiveRegistry();
      await new RegistryLoader(reader, registry).refresh();
      expect(registry.findKeySet(GUIZHOU).keys).toMatchObject([{ exp: registry.find(keys[0]?.kid ?? '')?.notAfter }]);
      return registry.find(keys[0]?.kid ?? '')?.notAfter;
    };
    expect(await Promise.all([endOf(undefined, 500), endOf(400, 500), endOf(600, 500)])).toEqual([500, 400, 500]);
  });

  it('keeps the last good copy when a refresh fails, and goes on with the next', async () => {
    const stored = await storedWithTwoEncryptionKeys();
    let isAway = false;
    const reader: RegistryReader = {
      readPulse: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve({ revision: 1, heartbeats: [{ code: GUIZHOU, at: 7 }] })),
      readAll: () => Promise.resolve(stored),
    };
    const registry = new LiveRegistry();
    const loader = new RegistryLoader(reader, registry);
    await loader.refresh();
    isAway = true;
    await expect(loader.refresh()).rejects.toThrow();
    expect(registry.findProvince(GUIZHOU)).toMatchObject({ registered: true, lastHeartbeatAt: 7 });
    isAway = false;
    await loader.refresh();
  });

  it('reads everything again only when something changed', async () => {
    const stored = await storedWithTwoEncryptionKeys();
    let reads = 0;
    const reader: RegistryReader = {
      readPulse: () => Promise.resolve({ revision: 1, heartbeats: [] }),
      readAll: () => {
        reads += 1;
        return Promise.resolve(stored);
      },
    };
    const registry = new LiveRegistry();
    const loader = new RegistryLoader(reader, registry);
    await Promise.all([loader.refresh(), loader.refresh()]);
    expect(reads).toBe(1);
    expect(registry.version).toBe(1);
  });
});
