import type { Recognition } from '@health-code/attestation';
import { RECOGNITION_MESSAGE, v1 } from '@health-code/messages';

/** How often a purpose met an outcome. */
export interface VerificationCount {
  readonly purpose: string;
  readonly recognition: Recognition;
  readonly count: number;
}

const RECOGNITIONS = Object.keys(RECOGNITION_MESSAGE) as Recognition[];
const PURPOSES = Object.entries(v1.Purpose).filter((entry): entry is [string, v1.Purpose] => typeof entry[1] === 'number');
const WIDTH = 1 + Math.max(...Object.values(RECOGNITION_MESSAGE));

/**
 * Counts verifications by purpose and outcome, since the start of the process. Nothing else is kept: neither the person
 * nor the place nor the hour, so that nobody's way can be read from it.
 */
export class VerificationCounter {
  readonly #counts = new Float64Array(WIDTH * (1 + Math.max(...PURPOSES.map(([, value]) => value))));

  /** One more. */
  record(purpose: v1.Purpose, recognition: Recognition): void {
    const at = purpose * WIDTH + RECOGNITION_MESSAGE[recognition];
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** Every combination that has occurred. */
  snapshot(): readonly VerificationCount[] {
    return PURPOSES.flatMap(([purpose, value]) =>
      RECOGNITIONS.map((recognition) => ({ purpose, recognition, count: this.#counts[value * WIDTH + RECOGNITION_MESSAGE[recognition]] ?? 0 })),
    ).filter(({ count }) => count > 0);
  }
}
