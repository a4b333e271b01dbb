import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { FilesContract, ProvinceContract } from '../provinces/province-contract.js';
import { CONTRACT_FIXTURE } from './fixture-schema.js';
import { loadMappedLocalSystem } from './mapped-local-system.js';
import { readMeaning } from './mapped-translate.js';
import { readMapping } from './mapping-folder.js';
import { readFixture } from './parse-fixture.js';

function createFilesContract(folder: string, nameOfFiles: string): FilesContract {
  const drop = mkdtempSync(join(tmpdir(), `${basename(folder)}-files-`));
  return { folder: drop, newestName: nameOfFiles.replace('*', '~'), loadLocalSystem: () => loadMappedLocalSystem(folder, drop) };
}

/** A mapped province's answers to the contract, from its fixtures/contract.yaml. @throws AdapterError `MAPPING_INVALID` */
export function loadMappedContract(folder: string): Promise<ProvinceContract> {
  return Promise.resolve().then(() => {
    const written = readFixture(folder, 'fixtures/contract.yaml', CONTRACT_FIXTURE);
    const { files } = readMapping(folder);
    const values = Object.fromEntries(Object.entries(written.values).map(([value, meaning]) => [value, readMeaning(meaning)]));
    return { ...written, values, ...(files === undefined ? {} : { files: createFilesContract(folder, files.name) }) };
  });
}
