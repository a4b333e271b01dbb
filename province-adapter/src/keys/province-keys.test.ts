import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importProvinceKey, parseProvinceCode } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makePrivateJwks } from './province-keys.fixture.js';
import { loadProvinceKeys, type ProvinceKeys } from './province-keys.js';

const kidsOf = ({ signing, opening }: ProvinceKeys): readonly string[] => [...signing, ...opening].map(({ key }) => key.kid);

describe('loadProvinceKeys', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'province-keys-'));
    path = join(directory, 'keys.json');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('makes the file once, for its owner alone, and reads it afterwards', async () => {
    const made = await loadProvinceKeys(path, 'production');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['keys.json']);
    const read = await loadProvinceKeys(path, 'production');
    expect([kidsOf(read), read.signing[0].saltSecret]).toEqual([kidsOf(made), made.signing[0].saltSecret]);
  });

  it('gives two instances that start at once the same keys', async () => {
    const [one, other] = await Promise.all([loadProvinceKeys(path, 'production'), loadProvinceKeys(path, 'production')]);
    expect(kidsOf(await loadProvinceKeys(path, 'production'))).toEqual(kidsOf(one));
    expect(kidsOf(other)).toEqual(kidsOf(one));
  });

  it('registers public members only', async () => {
    const { signing, opening } = await loadProvinceKeys(path, 'production');
    const province = parseProvinceCode('520000');
    expect((await importProvinceKey(signing[0].publicJwk, province)).use).toBe('sig');
    expect((await importProvinceKey(opening[0].publicJwk, province)).use).toBe('enc');
    expect(JSON.stringify([signing[0].publicJwk, opening[0].publicJwk])).not.toContain('"d"');
  });

  it('keeps the order of a file of several keys, and says when they end', async () => {
    const [one, other] = [await makePrivateJwks(), await makePrivateJwks()];
    writeFileSync(path, JSON.stringify({ keys: [one.encryption, { ...other.signing, exp: 1_900_000_000 }, one.signing, other.encryption] }), { mode: 0o600 });
    const keys = await loadProvinceKeys(path, 'production');
    expect(kidsOf(keys)).toEqual([other.signing.kid, one.signing.kid, one.encryption.kid, other.encryption.kid]);
    expect(keys.signing.map(({ endsAt }) => endsAt)).toEqual([1_900_000_000, undefined]);
  });

  it('marks what it makes for development, and refuses it in production', async () => {
    const made = await loadProvinceKeys(path, 'development');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ developmentOnly: true });
    expect(kidsOf(await loadProvinceKeys(path, 'development'))).toEqual(kidsOf(made));
    await expect(loadProvinceKeys(path, 'production')).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('KEY_FILE') as string });
  });

  it('refuses a file others may read', async () => {
    await loadProvinceKeys(path, 'production');
    chmodSync(path, 0o640);
    await expect(loadProvinceKeys(path, 'production')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it.each([
    ['no JSON', () => '{'],
    ['no keys', () => '{"keys":[]}'],
    ['half a pair', (text: string) => JSON.stringify({ keys: (JSON.parse(text) as { keys: unknown[] }).keys.slice(0, 1) })],
    ['one key twice', (text: string) => JSON.stringify({ keys: [(JSON.parse(text) as { keys: unknown[] }).keys[0], ...(JSON.parse(text) as { keys: unknown[] }).keys] })],
    ['three keys to seal to', (text: string) => JSON.stringify({ keys: Array.from({ length: 3 }, () => (JSON.parse(text) as { keys: unknown[] }).keys).flat() })],
    ['a damaged key', (text: string) => text.replace(/"x": "..../, '"x": "AAAA')],
  ])('refuses %s, and leaves the file as it is', async (_what, damage) => {
    await loadProvinceKeys(path, 'production');
    const damaged = damage(readFileSync(path, 'utf8'));
    writeFileSync(path, damaged);
    await expect(loadProvinceKeys(path, 'production')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(readFileSync(path, 'utf8')).toBe(damaged);
  });
});
