import { setTimeout as delay } from 'node:timers/promises';
import type { v1 } from '@health-code/messages';
import { countMarks } from '../operator/matrix.js';

const LOOK_EVERY_MS = 500;

/** For how long to wait, in milliseconds. */
export interface MatrixPatience {
  /** Until every pair was measured once. */
  readonly firstMs: number;
  /** Until a pair that was found broken was measured again: it may have been asked while the country came up. */
  readonly againMs: number;
}

/** Reads the matrix until every pair was measured and works, as long as `patience` lasts; then as it stands. */
export async function settleMatrix(recognition: Pick<v1.MutualRecognition, 'getMatrix'>, patience: MatrixPatience): Promise<v1.GetMatrixResponse> {
  const begun = Date.now();
  for (;;) {
    const matrix = await recognition.getMatrix({});
    const marks = countMarks(matrix);
    const patienceMs = marks['·'] > 0 ? patience.firstMs : marks['✗'] > 0 ? patience.againMs : 0;
    if (Date.now() - begun >= patienceMs) return matrix;
    await delay(LOOK_EVERY_MS);
  }
}
