import type { ProvinceContract } from '../provinces/province-contract.js';
import { CONTRACT_FIXTURE } from './fixture-schema.js';
import { readMeaning } from './mapped-translate.js';
import { readFixture } from './parse-fixture.js';

/** A mapped province's answers to the contract, from its fixtures/contract.yaml. @throws AdapterError `MAPPING_INVALID` */
export function loadMappedContract(folder: string): Promise<ProvinceContract> {
  return Promise.resolve().then(() => {
    const written = readFixture(folder, 'fixtures/contract.yaml', CONTRACT_FIXTURE);
    return { ...written, values: Object.fromEntries(Object.entries(written.values).map(([value, meaning]) => [value, readMeaning(meaning)])) };
  });
}
