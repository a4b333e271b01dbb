import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importProvinceKey, parseProvinceCode } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProvinceKeys } from './province-keys.js';

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
    const made = await loadProvinceKeys(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['keys.json']);
    const read = await loadProvinceKeys(path);
    expect([read.signing.kid, read.unsealing.kid, read.saltSecret]).toEqual([made.signing.kid, made.unsealing.kid, made.saltSecret]);
  });

  it('gives two instances that start at once the same keys', async () => {
    const [one, other] = await Promise.all([loadProvinceKeys(path), loadProvinceKeys(path)]);
    expect((await loadProvinceKeys(path)).signing.kid).toBe(one.signing.kid);
    expect(other.signing.kid).toBe(one.signing.kid);
  });

  it('registers public members only', async () => {
    const { publicJwks } = await loadProvinceKeys(path);
    const province = parseProvinceCode('520000');
    expect((await importProvinceKey(publicJwks.signing, province)).use).toBe('sig');
    expect((await importProvinceKey(publicJwks.encryption, province)).use).toBe('enc');
    expect(JSON.stringify(publicJwks)).not.toContain('"d"');
  });

  it('refuses a file others may read', async () => {
    await loadProvinceKeys(path);
    chmodSync(path, 0o640);
    await expect(loadProvinceKeys(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it.each([
    ['no JSON', () => '{'],
    ['no keys', () => '{"keys":[]}'],
    ['half a pair', (text: string) => JSON.stringify({ keys: (JSON.parse(text) as { keys: unknown[] }).keys.slice(0, 1) })],
    ['a damaged key', (text: string) => text.replace(/"x": "..../, '"x": "AAAA')],
  ])('refuses %s, and leaves the file as it is', async (_what, damage) => {
    await loadProvinceKeys(path);
    const damaged = damage(readFileSync(path, 'utf8'));
    writeFileSync(path, damaged);
    await expect(loadProvinceKeys(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(readFileSync(path, 'utf8')).toBe(damaged);
  });
});
