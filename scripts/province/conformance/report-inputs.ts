import type { ConformanceInputs } from '@health-code/attestation';
import type { ProvinceFixture } from './province-fixture-schema.js';

/** What a report says it was asked about; holds no code and no document. Without ports, nobody is put into a state and no code made old. */
export function inputsOf({ ports, golden, unknownValues, unknownAnswers, foreignCodes, expired }: ProvinceFixture): ConformanceInputs {
  return {
    ports,
    golden: golden.map(({ name, record }) => ({ name, expected: record.status ?? record.availability ?? 'unavailable' })),
    unknownValues: ports ? unknownValues.length : 0,
    unknownAnswers: unknownAnswers.map(({ name }) => name),
    foreignCodes: foreignCodes.length,
    expiredAges: ports ? expired.ages : [],
    expiredCodes: expired.codes.length,
  };
}
