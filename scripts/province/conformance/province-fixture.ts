import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { checkoutDirectory } from '../../../deploy/embedded/checkout.js';
import { PROVINCE_FIXTURE, type Golden, type GoldenRecord, type ProvinceFixture } from './province-fixture-schema.js';
import { suiteDirectory } from './suite.js';
import { readYaml } from './yaml-file.js';

/** The part of a mapping's fixtures/contract.yaml that golden records follow from. */
const CONTRACT = z.object({
  values: z.record(z.string(), z.string()),
  unlistedValues: z.array(z.string()).min(1),
  foreignCodes: z.array(z.string()).default([]),
});

/** What no province's system issues, for those that name no foreign codes of their own. */
const NOBODYS_CODE = 'https://example.org/';
const STATUSES: readonly string[] = ['00', '01', '10'];
/** Longer than any code of a stand-in is good for. */
const OLD_AGE = '2d';

const recordOf = (meaning: string, value: string): GoldenRecord =>
  STATUSES.includes(meaning)
    ? { status: meaning as '00', original: { value } }
    : { availability: meaning as 'pending', original: { value } };

const NAMES: Readonly<Record<string, string>> = { '00': 'green', '01': 'yellow', '10': 'red' };

/** A mapped province has written its values down by hand already; a wrong line of mapping.yaml does not agree with them. */
function deriveFromContract(file: string): ProvinceFixture {
  const { values, unlistedValues, foreignCodes } = readYaml(file, CONTRACT, 'FIXTURE_INVALID', 'texts');
  const times = new Map<string, number>();
  const golden = Object.entries(values).map(([value, meaning]): Golden => {
    const name = NAMES[meaning] ?? meaning;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return { name: time === 1 ? name : `${name}-${String(time)}`, local: { value, fields: {} }, record: recordOf(meaning, value) };
  });
  return PROVINCE_FIXTURE.parse({
    format: 1,
    golden,
    unknownValues: unlistedValues,
    expired: { ages: [OLD_AGE] },
    foreignCodes: foreignCodes.length === 0 ? [NOBODYS_CODE] : foreignCodes,
  });
}

/** Where the inputs of one province are. */
export interface FoundFixture {
  readonly fixture: ProvinceFixture;
  readonly file: string;
}

/**
 * The inputs of a province: `given`; else conformance.yaml in its folder or the folder's fixtures/; else what follows from
 * fixtures/contract.yaml of a mapping; else those of every province in direct mode.
 *
 * @throws ConformanceError FIXTURE_INVALID
 */
export function findProvinceFixture(slug: string, given?: string): FoundFixture {
  const folder = join(checkoutDirectory(), 'province-adapter', 'src', 'provinces', slug);
  const own = [join(folder, 'conformance.yaml'), join(folder, 'fixtures', 'conformance.yaml')].find((file) => existsSync(file));
  const written = given ?? own;
  if (written !== undefined) return { fixture: readYaml(written, PROVINCE_FIXTURE, 'FIXTURE_INVALID'), file: written };
  const contract = join(folder, 'fixtures', 'contract.yaml');
  if (existsSync(contract)) return { fixture: deriveFromContract(contract), file: contract };
  const direct = join(suiteDirectory(), 'direct-mode.yaml');
  return { fixture: readYaml(direct, PROVINCE_FIXTURE, 'FIXTURE_INVALID'), file: direct };
}
