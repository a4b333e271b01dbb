import type { OnProgress } from '../run-suite.js';
import { printFailure } from './print-report.js';

/** Where progress is shown. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[2K';
/** Without a terminal to overwrite a line on, one line for each so many checks. */
const LINE_EVERY = 25;

/** Tells each failure as it is found and, at a terminal, how far the suite has come; elsewhere now and then. */
export function showProgress(stream: ProgressStream): OnProgress {
  let failed = 0;
  return (played, all, results) => {
    const clear = stream.isTTY === true ? CLEAR_LINE : '';
    for (const result of results) {
      if (result.outcome !== 'failed') continue;
      failed += 1;
      stream.write(`${clear}${printFailure(result)}\n`);
    }
    const line = `${String(played)} of ${String(all)} checks${failed === 0 ? '' : `, ${String(failed)} questions answered wrong`}`;
    if (stream.isTTY === true) stream.write(played === all ? CLEAR_LINE : `${CLEAR_LINE}  ${line}  ${results[0]?.id ?? ''}`);
    else if (played % LINE_EVERY === 0) stream.write(`  ${line}\n`);
  };
}
