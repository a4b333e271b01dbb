import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT_PACKAGE = 'health-code-recognition';

function isCheckout(directory: string): boolean {
  const file = join(directory, 'package.json');
  return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }).name === ROOT_PACKAGE;
}

/** The root of this checkout: the same from a source file and from its compiled copy. */
export function checkoutDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!isCheckout(directory)) {
    if (directory === dirname(directory)) throw new Error(`no package.json of ${ROOT_PACKAGE} above ${fileURLToPath(import.meta.url)}`);
    directory = dirname(directory);
  }
  return directory;
}

/** Where `npm start` keeps its data. */
export const defaultDataPath = (): string => join(checkoutDirectory(), '.data');

/** Where Debian's packages are unpacked. */
export const packageCache = (): string => join(checkoutDirectory(), '.cache', 'debian');
