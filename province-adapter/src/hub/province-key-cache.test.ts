import { generateProvinceKey, parseProvinceCode } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KEY_COPY_LIFETIME_MS, ProvinceKeyCache, readSignatureKeys, UNKNOWN_KEY_PAUSE_MS } from './province-key-cache.js';

const GUIZHOU = parseProvinceCode('520000');
let guizhou: v1.IProvince;
let beijing: v1.IProvince;
let kid: string;
let otherKid: string;

async function createProvince(code: string): Promise<{ readonly listed: v1.IProvince; readonly kid: string }> {
  const [signing, sealing] = [await generateProvinceKey('sig'), await generateProvinceKey('enc')];
  const listed = { code, standing: 'admitted', jwks: JSON.stringify({ keys: [sealing.publicJwk, signing.publicJwk] }) };
  return { listed, kid: String(signing.publicJwk.kid) };
}

beforeAll(async () => {
  ({ listed: guizhou, kid } = await createProvince(GUIZHOU));
  ({ listed: beijing, kid: otherKid } = await createProvince('110000'));
});

describe('readSignatureKeys', () => {
  it('takes the keys admitted provinces sign with, and no other', async () => {
    const suspended = { ...beijing, standing: 'suspended' };
    expect(await readSignatureKeys([guizhou, suspended])).toMatchObject([{ kid, province: GUIZHOU, use: 'sig' }]);
  });

  it('lets one province’s fault not cost the others their keys', async () => {
    const faulty = ['null', '{', '{"keys":[{"kty":"oct"}]}', ''].map((jwks) => ({ ...beijing, jwks }));
    expect(await readSignatureKeys([...faulty, { ...beijing, code: '999999' }, guizhou])).toMatchObject([{ kid }]);
  });
});

describe('ProvinceKeyCache', () => {
  let now = 0;
  let asked = 0;
  let listed: readonly v1.IProvince[] | Error;
  const cache = () =>
    new ProvinceKeyCache({
      listProvinces: () => {
        asked += 1;
        return listed instanceof Error ? Promise.reject(listed) : Promise.resolve(listed);
      },
      now: () => now,
    });
  beforeEach(() => {
    [now, asked, listed] = [1000, 0, [guizhou]];
  });

  it('asks once for a while, and once for callers at the same time', async () => {
    const keys = cache();
    await Promise.all([keys.ringFor(kid), keys.ringFor(kid)]);
    now += KEY_COPY_LIFETIME_MS - 1;
    expect((await keys.ringFor(kid)).find(kid)?.province).toBe(GUIZHOU);
    expect(asked).toBe(1);
    now += 1;
    await keys.ringFor(kid);
    expect(asked).toBe(2);
  });

  it('asks anew for a key it does not know, and not at every invented one', async () => {
    const keys = cache();
    await keys.ringFor(kid);
    listed = [guizhou, beijing];
    expect((await keys.ringFor(otherKid)).find(otherKid)).toBeUndefined();
    now += UNKNOWN_KEY_PAUSE_MS;
    expect((await keys.ringFor(otherKid)).find(otherKid)?.province).toBe('110000');
    expect(asked).toBe(2);
  });

  it('keeps the last good copy while the hub is away or lists nobody', async () => {
    const keys = cache();
    await keys.ringFor(kid);
    for (const answer of [new Error('away'), []]) {
      now += KEY_COPY_LIFETIME_MS;
      listed = answer;
      expect((await keys.ringFor(kid)).find(kid)?.province).toBe(GUIZHOU);
      await expect(keys.ringFor(otherKid)).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
    }
  });

  it('knows nothing before the hub was asked once', async () => {
    listed = new Error('away');
    await expect(cache().ringFor(kid)).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
  });
});
