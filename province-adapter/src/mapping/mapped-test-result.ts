import type { NoStatusRecord, TestResultRecord } from '@health-code/attestation';
import { noTestKnown, translateTestResult, type TestResultFormat } from '../local-format/translate-test-result.js';
import type { LocalAnswer } from '../local-answer.js';
import type { ProvinceProfile } from '../province-system.js';
import type { MappedTests } from './mapping-schema.js';
import { nameFields } from './read-fields.js';
import { secondsOf } from './schema-texts.js';
import { parseTime } from './time-format.js';

/** The end of the id of the rule that test results are stated under. */
const TEST_RULE = 'test-conversion';

/**
 * The tables of a mapping for nucleic-acid tests: what is left out of an answer, or empty in it, was not stated.
 *
 * @returns a function that throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `LOCAL_ANSWER_INVALID`
 */
export function createMappedTestTranslation(tests: MappedTests, profile: ProvinceProfile): (local: LocalAnswer) => TestResultRecord | NoStatusRecord {
  const { method, reportedAt, result, sampledAt } = tests.fields;
  const names = nameFields({ result, sampledAt, reportedAt, method });
  const ruleId = `${profile.code}-${TEST_RULE}`;
  const formats = { sampledAt: sampledAt.format, reportedAt: reportedAt?.format ?? '' };
  const format: TestResultFormat = {
    profile,
    rule: { id: ruleId, version: profile.rules.find(({ id }) => id === ruleId)?.version ?? '' },
    field: names['result'] ?? '',
    results: tests.results,
    sampledAt: names['sampledAt'] ?? '',
    ...(names['method'] === undefined ? {} : { method: { field: names['method'], values: tests.methods } }),
    parseTime: (text, time) => parseTime(text, formats[time], profile.timeZone),
    validity: secondsOf(tests.validity),
  };
  return (local) => {
    const stated = Object.fromEntries(Object.entries(local.fields).filter(([, text]) => text !== ''));
    const fields = Object.hasOwn(stated, format.sampledAt) ? stated : { ...stated, ...noTestKnown };
    const { reportedAt: reported } = names;
    return translateTestResult({ ...format, ...(reported !== undefined && Object.hasOwn(stated, reported) ? { reportedAt: reported } : {}) }, { ...local, fields });
  };
}
