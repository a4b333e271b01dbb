import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ProvinceContract } from '../provinces/province-contract.js';
import { PROVINCE_FOLDERS } from '../provinces/registry.js';

/** What of conformance.yaml the contract says too; the kit reads and checks the whole (scripts/province/conformance). */
interface Inputs {
  readonly golden: readonly { readonly local: { readonly value: string }; readonly record: { readonly status?: string; readonly availability?: string } }[];
  readonly unknownValues: readonly string[];
  readonly foreignCodes: readonly string[];
}

const readInputs = (file: string): Inputs => parse(readFileSync(file, 'utf8')) as Inputs;
const PROVINCES = join(import.meta.dirname, '..', 'provinces');

const meaningsOf = ({ golden }: Inputs): unknown =>
  Object.fromEntries(golden.map(({ local, record }) => [local.value, record.status === undefined ? { availability: record.availability } : { status: record.status }]));

describe('the inputs of the conformance kit', () => {
  it.each(PROVINCE_FOLDERS.filter(({ form }) => form === 'typescript').map(({ slug }) => slug))('of %s say what its contract says', async (slug) => {
    const { contract } = (await import(`../provinces/${slug}/contract.fixture.ts`)) as { readonly contract: ProvinceContract };
    const inputs = readInputs(join(PROVINCES, slug, 'conformance.yaml'));
    expect(meaningsOf(inputs)).toEqual(contract.values);
    expect(inputs.unknownValues).toEqual(contract.unlistedValues);
    expect(inputs.foreignCodes).toEqual(contract.foreignCodes);
  });

  it('of direct mode say what its contract says', async () => {
    const { contract } = await import('../direct-mode/direct-mode-contract.fixture.js');
    const inputs = readInputs(join(PROVINCES, '..', '..', 'conformance', 'direct-mode.yaml'));
    expect(meaningsOf(inputs)).toEqual(contract.values);
    expect(inputs.unknownValues).toEqual(contract.unlistedValues);
    expect(inputs.foreignCodes).toEqual(contract.foreignCodes);
  });
});
