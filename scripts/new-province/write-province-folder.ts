import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROVINCES } from '@health-code/attestation';

/** How the new province works: `convert` has a local format to fill in, `direct` uses the national code and is complete. */
export type NewProvinceMode = 'convert' | 'direct';

/** What was asked for cannot be done; the message says why, for the person who asked. */
export class NewProvinceError extends Error {
  readonly code: 'ARGUMENTS_INVALID' | 'PROVINCE_UNKNOWN' | 'PROVINCE_EXISTS' | 'REGISTRY_UNREADABLE';

  constructor(code: NewProvinceError['code'], message: string) {
    super(message);
    this.name = 'NewProvinceError';
    this.code = code;
  }
}

/** What was written. */
export interface WrittenProvince {
  /** Relative to the checkout. */
  readonly folder: string;
  readonly files: readonly string[];
  /** `file:line what is to be filled in`. */
  readonly fillIns: readonly string[];
}

const TEMPLATES = 'scripts/new-province/templates';
const PROVINCES_FOLDER = 'province-adapter/src/provinces';
const REGISTRY = `${PROVINCES_FOLDER}/registry.ts`;
const SUFFIX = '.template';

/** What the line of a province in registry.ts is written before. */
const END_OF_LIST = '\n];\n';

function registryLine(slug: string): string {
  return `\n  folder('${slug}', () => import('./${slug}/province.js'), () => import('./${slug}/local-system.js')),`;
}

/** Lines of `text` that say what is missing. */
export function findFillIns(file: string, text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const what = /FILL IN: ([^|]*)/.exec(line)?.[1];
    return what === undefined ? [] : [`${file}:${String(index + 1)} ${what.trim()}`];
  });
}

/**
 * Writes `province-adapter/src/provinces/<slug>/` and the province's line in registry.ts. Refuses before it writes anything.
 *
 * @param checkout root of the checkout
 * @throws NewProvinceError
 */
export function writeProvinceFolder(
  checkout: string,
  slug: string,
  code: string,
  mode: NewProvinceMode,
): WrittenProvince {
  const province = PROVINCES.find((candidate) => candidate.code === code);
  if (province === undefined)
    throw new NewProvinceError('PROVINCE_UNKNOWN', `${code} is not the GB/T 2260 code of a province, such as 330000.`);
  if (province.slug !== slug)
    throw new NewProvinceError(
      'PROVINCE_UNKNOWN',
      `${code} is ${province.name}: its slug is ${province.slug}, not ${slug}.`,
    );
  const folder = `${PROVINCES_FOLDER}/${slug}`;
  const registry = readFileSync(join(checkout, REGISTRY), 'utf8');
  if (existsSync(join(checkout, folder)) || registry.includes(`folder('${slug}',`))
    throw new NewProvinceError('PROVINCE_EXISTS', `${province.name} is there already: ${folder}`);
  const end = registry.indexOf(END_OF_LIST, registry.indexOf('PROVINCE_FOLDERS'));
  if (end === -1) throw new NewProvinceError('REGISTRY_UNREADABLE', `${REGISTRY} has no list to add a line to.`);

  const words: Readonly<Record<string, string>> = {
    slug,
    code,
    code2: code.slice(0, 2),
    name: province.name,
    english: province.english,
  };
  const templates = join(checkout, TEMPLATES, mode);
  const files = readdirSync(templates).map((template) => {
    const text = readFileSync(join(templates, template), 'utf8').replace(
      /\{\{(\w+)\}\}/g,
      (whole, word: string) => words[word] ?? whole,
    );
    return { path: `${folder}/${template.slice(0, -SUFFIX.length)}`, text };
  });
  mkdirSync(join(checkout, folder));
  for (const { path, text } of files) writeFileSync(join(checkout, path), text);
  writeFileSync(join(checkout, REGISTRY), registry.slice(0, end) + registryLine(slug) + registry.slice(end));
  return {
    folder,
    files: files.map(({ path }) => path),
    fillIns: files.flatMap(({ path, text }) => findFillIns(path, text)),
  };
}
