import { CURRENT_SUITE, expectedQuestions, type ConformanceInputs, type ConformanceReport } from '@health-code/attestation';

/** What a province of a test had its adapter asked about. */
export const INPUTS: ConformanceInputs = {
  ports: true,
  golden: [{ name: 'green', expected: '00' }, { name: 'yellow', expected: '01' }, { name: 'red', expected: '10' }],
  unknownValues: 1,
  unknownAnswers: [],
  foreignCodes: 1,
  expiredAges: ['2d'],
  expiredCodes: 0,
};

/** Every line of a whole report, passed. */
export const wholeChecks = (): ConformanceReport['checks'] =>
  expectedQuestions(CURRENT_SUITE, INPUTS).map(({ id, group }) => ({ id, group, title: group, outcome: 'passed', detail: '' }));
