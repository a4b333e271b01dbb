import type { TestMethod, TestResult } from '@health-code/attestation';

/**
 * What `src/provinces/<slug>/test-result.fixture.ts` exports as `testResults`: the answers that differ from province to province in the
 * questions of provinces.test-results.int.test.ts. Tests only.
 */
export interface TestResultContract {
  /** Field of the stand-in's store, and of the local answer, that holds the result. */
  readonly field: string;
  /** Every value it takes. Written out, not taken from the table: a wrong line there must not agree with itself. */
  readonly results: Readonly<Record<string, TestResult>>;
  readonly unlistedResults: readonly string[];
  /** Fields of the store that hold `YYYY-MM-DD HH:mm:ss`: 采样时间, and 报告时间 where the local system tells them apart. */
  readonly time: { readonly sampledAt: string; readonly reportedAt?: string };
  /** Where the local system says how a sample was taken. */
  readonly method?: {
    readonly field: string;
    readonly values: Readonly<Record<string, TestMethod>>;
    readonly unlistedValues: readonly string[];
  };
}
