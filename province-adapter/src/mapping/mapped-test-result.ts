import type { NoStatusRecord, TestMethod, TestResultRecord } from '@health-code/attestation';
import { findNobody, translateValue } from '../local-format/translation-table.js';
import type { LocalAnswer, ProvinceProfile } from '../province-system.js';
import type { MappedTests } from './mapping-schema.js';
import { nameFields } from './read-fields.js';
import { secondsOf } from './schema-texts.js';
import { parseTime } from './time-format.js';

/** The end of the id of the rule that test results are stated under. */
const TEST_RULE = 'test-conversion';

/** Stands for a person of whom no test is known. Ours. */
const NO_TEST = { field: 'test', value: 'none' } as const;

/**
 * The tables of a mapping for nucleic-acid tests. A result is never a colour, good or bad.
 *
 * @returns a function that throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `LOCAL_ANSWER_INVALID`
 */
export function createMappedTestTranslation(tests: MappedTests, profile: ProvinceProfile): (local: LocalAnswer) => TestResultRecord | NoStatusRecord {
  const { fields, methods, results, validity } = tests;
  const { method, reportedAt, result, sampledAt } = fields;
  const names = nameFields({ result, sampledAt, reportedAt, method });
  const { system, timeZone } = profile;
  const ruleId = `${profile.code}-${TEST_RULE}`;
  const rule = { id: ruleId, version: profile.rules.find(({ id }) => id === ruleId)?.version ?? '' };

  const textOf = (local: LocalAnswer, field: string): string => {
    const name = names[field];
    return (name === undefined ? undefined : local.fields[name]) ?? '';
  };
  const methodOf = (local: LocalAnswer): TestMethod =>
    textOf(local, 'method') === '' ? 'not-stated' : translateValue(methods, profile, names['method'] ?? '', local).meaning;

  return (local) => {
    const nobody = findNobody(local, system);
    if (nobody !== undefined) return nobody;
    const sampled = textOf(local, 'sampledAt');
    if (sampled === '') return { availability: 'unavailable', original: { system, ...NO_TEST } };
    if (textOf(local, 'result') === '') return { availability: 'pending', original: { system, field: names['sampledAt'] ?? '', value: sampled } };
    const { meaning, original } = translateValue(results, profile, names['result'] ?? '', local);
    const reported = textOf(local, 'reportedAt');
    const since = parseTime(sampled, sampledAt.format, timeZone);
    return {
      availability: 'available',
      kind: 'nucleic-acid-test',
      result: meaning,
      since,
      validUntil: local.answeredAt + secondsOf(validity),
      test: { reportedAt: reported === '' ? since : parseTime(reported, reportedAt?.format ?? '', timeZone), method: methodOf(local), laboratory: '' },
      rule,
      authority: profile.code,
      evidence: 'laboratory',
      original,
    };
  };
}
