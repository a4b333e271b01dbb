/** 核酸检测结果: 阴性, 阳性, 待复核. Local systems were seen to say the first two. */
export const TEST_RESULTS = ['negative', 'positive', 'inconclusive'] as const;

/** A stated result. */
export type TestResult = (typeof TEST_RESULTS)[number];

/** What an attestation of a test may state: a result, or `none` (撤回). Never a colour. */
export const ATTESTED_TEST_RESULTS = [...TEST_RESULTS, 'none'] as const;

/** One of {@link ATTESTED_TEST_RESULTS}. */
export type AttestedTestResult = (typeof ATTESTED_TEST_RESULTS)[number];

/** 采样方式: 单采, 混采. */
export const TEST_METHODS = ['individual', 'pooled', 'not-stated'] as const;

/** One of {@link TEST_METHODS}. */
export type TestMethod = (typeof TEST_METHODS)[number];

/** The circumstances of a test. */
export interface TestCircumstances {
  /** 报告时间, seconds since the epoch. */
  readonly reportedAt: number;
  readonly method: TestMethod;
  /** 检测机构 by code: a USCC or a region of GB/T 2260; empty where the local system names none by code. Never a free text. */
  readonly laboratory: string;
}
