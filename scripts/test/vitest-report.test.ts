import { describe, expect, it } from 'vitest';
import { tallyReport } from './vitest-report.js';

const report = (changes: object): string =>
  JSON.stringify({ success: true, numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...changes });

describe('tallyReport', () => {
  it('counts test cases', () => {
    expect(tallyReport(report({ success: false, numFailedTests: 2 }))).toEqual({ passed: 3, failed: 2, remarks: [] });
  });

  it('counts a skipped test as failed', () => {
    expect(tallyReport(report({ numPendingTests: 1, numTodoTests: 1 }))).toMatchObject({ passed: 3, failed: 2 });
  });

  it('counts a file that could not be loaded as failed', () => {
    const testResults = [{ name: 'broken.test.ts', status: 'failed', assertionResults: [] }];
    expect(tallyReport(report({ success: false, testResults }))).toMatchObject({ passed: 3, failed: 1 });
  });

  it('counts an error outside the tests as failed', () => {
    expect(tallyReport(report({ success: false }))).toMatchObject({ passed: 3, failed: 1 });
  });

  it.each(['', '{}', '{"success":'])('counts the absent report %j as failed', (text) => {
    expect(tallyReport(text)).toMatchObject({ passed: 0, failed: 1 });
  });
});
