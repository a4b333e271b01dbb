import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PROVINCE_FOLDERS } from '../provinces/registry.js';
import { findExchangeDisagreements } from './check-exchanges.js';
import { filesProvinceFolder, writeFilesProvince } from './files-province.fixture.js';
import { EXCHANGES_FIXTURE } from './fixture-schema.js';
import { findFolderProvince, readMapping } from './mapping-folder.js';
import { readFixture } from './parse-fixture.js';

const PROVINCES = join(import.meta.dirname, '../provinces');
const root = mkdtempSync(join(tmpdir(), 'recorded-exchanges-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Those of the checkout, and one whose local system leaves files. */
function mappedFolders(): readonly string[] {
  const written = readdirSync(PROVINCES).filter((slug) => existsSync(join(PROVINCES, slug, 'mapping.yaml')));
  const node = PROVINCE_FOLDERS.find(({ form }) => form === 'direct');
  if (node === undefined) throw new Error('every node has a folder');
  writeFilesProvince(root, node);
  return [...written.map((slug) => join(PROVINCES, slug)), filesProvinceFolder(root, node.slug)];
}

describe.each(mappedFolders().map((folder) => [basename(folder), folder] as const))('recorded exchanges of %s', (_slug, folder) => {
  const mapping = readMapping(folder);
  const { code } = findFolderProvince(folder);
  const recorded = readFixture(folder, 'fixtures/exchanges.yaml', EXCHANGES_FIXTURE);

  it.each(recorded.map((one, index) => [one.name, one, index] as const))('%s', async (_name, one, index) => {
    expect(await findExchangeDisagreements(one, index, mapping, code)).toEqual([]);
  });
});
