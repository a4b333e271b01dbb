/** What becomes of a correction that nobody answers. */
export interface ReviewRule {
  /** 工作时间 within which the staff may still reject; once they have passed unanswered, the person is right. */
  readonly workingHours: number;
  /** Hour of the day after the receipt, in Asia/Shanghai, at which the claimed value takes effect at the latest. */
  readonly decidedAtHour: number;
}

/** What a province in direct mode has beside what all of them have. */
export interface DirectModeOptions {
  /** 复核: absent where a correction that nobody answers stays as it was received. */
  readonly review?: ReviewRule;
  /** 转码: the local system gives codes to people whose statement of another province was converted. */
  readonly hasConversion?: boolean;
}

/** All that follows from a province's code alone. */
export const NO_OPTIONS: DirectModeOptions = {};
