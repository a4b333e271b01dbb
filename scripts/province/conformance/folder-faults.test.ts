import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolderFaults } from './folder-faults.js';

describe('openFolderFaults', () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'folder-faults-'));
    folder = join(root, 'drop');
    mkdirSync(folder);
    writeFileSync(join(folder, '1.csv'), 'old');
    writeFileSync(join(folder, '2.csv'), 'code,status\na,green\n');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const newest = (): string => readFileSync(join(folder, '2.csv'), 'utf8');

  it('takes the folder away where a system asked over HTTP would not answer, and brings it back', () => {
    const faults = openFolderFaults(folder);
    for (const fault of [{ delay: '30s' }, { drip: '400ms' }, { stall: true }, { hangUp: true }, { status: 503 }] as const) {
      faults.setFault(fault);
      expect(existsSync(folder), JSON.stringify(fault)).toBe(false);
      faults.setFault({});
      expect(readdirSync(folder)).toEqual(['1.csv', '2.csv']);
    }
    faults.setFault({ delay: '150ms' });
    expect(existsSync(folder)).toBe(true);
  });

  it('spoils the newest file and no other, and puts it back', async () => {
    const faults = openFolderFaults(folder);
    faults.setFault({ cut: 0.5 });
    expect(newest()).toBe('code,statu');
    faults.setFault({ body: '' });
    expect(newest()).toBe('');
    faults.setFault({ substitute: { find: 'green', with: 'purple' } });
    expect(newest()).toBe('code,status\na,purple\n');
    expect(readFileSync(join(folder, '1.csv'), 'utf8')).toBe('old');
    await faults.stop();
    expect(newest()).toBe('code,status\na,green\n');
  });

  it('says what a folder cannot do, and what nobody who reads it can see', () => {
    const faults = openFolderFaults(folder);
    expect(faults.reasonAgainst({ status: 302, location: 'http://127.0.0.1:9/' })).toBe('a folder of files leads nowhere else');
    expect([faults.mayGoUnnoticed({ truncate: 0.5 }), faults.mayGoUnnoticed({ body: '{}' }), faults.reasonAgainst({ body: '{}' })]).toEqual([true, false, undefined]);
  });
});
