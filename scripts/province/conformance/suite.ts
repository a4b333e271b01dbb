import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConformanceGroup } from '@health-code/attestation';
import { checkoutDirectory } from '../../../deploy/embedded/checkout.js';
import { CHECKS_FILE, SUITE_FILE, type Allowed, type Play } from './suite-schema.js';
import { readYaml } from './yaml-file.js';

/** One check of the suite, what its file says for all of them included. */
export interface SuiteCheck {
  /** Stable: `<group or theme>/<name>`. */
  readonly id: string;
  readonly group: ConformanceGroup;
  readonly title: string;
  readonly play: Play;
  /** For people: what is sent, what must come back, and what to do where it does not. */
  readonly sends: string;
  readonly expects: string;
  readonly advice: string;
  readonly answer: Allowed;
}

/** The suite as it is read from its files. */
export interface Suite {
  readonly version: string;
  /** SHA-256 over names and contents of its files, hexadecimal: who names the same asked the same. */
  readonly digest: string;
  /** In the order in which they are played. */
  readonly checks: readonly SuiteCheck[];
}

/** Where the suite of this checkout lies. */
export const suiteDirectory = (): string => join(checkoutDirectory(), 'province-adapter', 'conformance');

function readChecks(directory: string, file: string): readonly (SuiteCheck & { readonly last: boolean })[] {
  const { defaults = {}, checks } = readYaml(join(directory, file), CHECKS_FILE, 'SUITE_INVALID');
  return checks.map((check) => {
    const [theme = ''] = check.id.split('/');
    const { group = theme as ConformanceGroup, sends = '', expects = '', advice = '', answer = {} } = { ...defaults, ...check };
    return { id: check.id, group, title: check.title, play: check.play, sends, expects, advice, answer, last: check.last ?? false };
  });
}

function digestOf(directory: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(join(directory, file));
    hash.update(`${file}\n${String(content.byteLength)}\n`).update(content);
  }
  return hash.digest('hex');
}

/** @throws ConformanceError SUITE_INVALID with a line for every fault */
export function readSuite(directory = suiteDirectory()): Suite {
  const { version, files } = readYaml(join(directory, 'suite.yaml'), SUITE_FILE, 'SUITE_INVALID');
  const checks = files.flatMap((file) => readChecks(directory, file));
  const inOrder = [...checks.filter(({ last }) => !last), ...checks.filter(({ last }) => last)];
  return { version, digest: digestOf(directory, ['suite.yaml', ...files]), checks: inOrder };
}
