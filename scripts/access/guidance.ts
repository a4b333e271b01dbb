import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';

/** What the documentation says of a code: what happened, and what to do. */
export interface Guidance {
  readonly happened: string;
  readonly remedy: string;
}

const plain = (cell: string): string => cell.replaceAll('`', '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');

/** The row of `code` in the text of docs/error-codes.md; undefined for a code it does not list. */
export function findGuidance(document: string, code: string): Guidance | undefined {
  const row = document.split('\n').find((line) => line.startsWith(`| \`${code}\` |`));
  if (row === undefined) return undefined;
  const [, happened = '', remedy = ''] = row.split(' | ');
  return { happened: plain(happened), remedy: plain(remedy) };
}

/** docs/error-codes.md: said once, for people and for the commands. */
export const errorCodesDocument = (): string => readFileSync(join(checkoutDirectory(), 'docs', 'error-codes.md'), 'utf8');
