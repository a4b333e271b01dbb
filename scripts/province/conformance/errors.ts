/** Why the kit itself could not do its work; what an adapter does wrong is no error of the kit but a finding. */
export type ConformanceErrorCode = 'SUITE_INVALID' | 'FIXTURE_INVALID' | 'LOCAL_SYSTEM_UNUSABLE' | 'ADAPTER_ABSENT';

/** Its message is for the province's engineer: one sentence, or a line for every fault of a file. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';

  constructor(
    readonly code: ConformanceErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
