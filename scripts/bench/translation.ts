import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { figureBeside, type Figure } from './figure.js';
import { startPinned } from './pin.js';
import { MEASURED_CPU } from './stage.js';

/** What `translation-main.js` of the adapter measures of one province. */
interface TranslationFigure {
  readonly slug: string;
  readonly form: string;
  readonly recordsPerSecond: number;
  readonly parsesPerSecond: number;
}

const SCRIPT = 'province-adapter/dist/bench/translation-main.js';

/**
 * For each province with a format of its own: what its local system answered about a scanned code, from bytes to the standard record,
 * on one processor; beside nothing but `JSON.parse` of the same bytes. The province without a folder stands for all in direct mode.
 */
export async function benchTranslation(): Promise<Figure[]> {
  const { child, message } = await startPinned<readonly TranslationFigure[]>(MEASURED_CPU, pathToFileURL(join(checkoutDirectory(), SCRIPT)), []);
  child.kill();
  return message.map(({ slug, form, recordsPerSecond, parsesPerSecond }) =>
    figureBeside(`translation.${form === 'direct' ? 'direct-mode' : slug}`, 'records/s', recordsPerSecond, parsesPerSecond),
  );
}
