import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RECOGNITION_NODES } from '@health-code/attestation';

/** How the new province is described: by a mapping file and its fixtures, or in TypeScript. */
export type NewProvinceForm = 'mapping' | 'typescript';

/** What was asked for cannot be done; the message says why, for the person who asked. */
export class NewProvinceError extends Error {
  readonly code: 'ARGUMENTS_INVALID' | 'PROVINCE_UNKNOWN' | 'PROVINCE_EXISTS';

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
const SUFFIX = '.template';

/** Lines of `text` that say what is missing. */
export function findFillIns(file: string, text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const what = /FILL IN: ([^|]*)/.exec(line)?.[1];
    return what === undefined ? [] : [`${file}:${String(index + 1)} ${what.trim()}`];
  });
}

/** Folder of a province, relative to the checkout. @throws NewProvinceError for a slug that is none of the 32 nodes */
export function provinceFolder(slug: string): string {
  if (RECOGNITION_NODES.some((node) => node.slug === slug)) return `${PROVINCES_FOLDER}/${slug}`;
  throw new NewProvinceError('PROVINCE_UNKNOWN', `${slug} is not the slug of one of the ${String(RECOGNITION_NODES.length)} nodes, such as inner-mongolia.`);
}

/**
 * Writes `province-adapter/src/provinces/<slug>/`, and nothing outside it. Refuses before it writes anything.
 *
 * @param checkout root of the checkout
 * @throws NewProvinceError
 */
export function writeProvinceFolder(checkout: string, slug: string, code: string, form: NewProvinceForm): WrittenProvince {
  const province = RECOGNITION_NODES.find((candidate) => candidate.code === code);
  if (province === undefined)
    throw new NewProvinceError('PROVINCE_UNKNOWN', `${code} is not the code of one of the ${String(RECOGNITION_NODES.length)} nodes, such as 330000.`);
  if (province.slug !== slug)
    throw new NewProvinceError('PROVINCE_UNKNOWN', `${code} is ${province.name}: its slug is ${province.slug}, not ${slug}.`);
  const folder = provinceFolder(slug);
  if (existsSync(join(checkout, folder))) throw new NewProvinceError('PROVINCE_EXISTS', `${province.name} has a folder already: ${folder}`);

  const words: Readonly<Record<string, string>> = {
    slug,
    code,
    code2: code.slice(0, 2),
    name: province.name,
    english: province.english,
  };
  const templates = join(checkout, TEMPLATES, form);
  const files = readdirSync(templates, { encoding: 'utf8', recursive: true })
    .filter((file) => file.endsWith(SUFFIX))
    .map((template) => {
      const text = readFileSync(join(templates, template), 'utf8').replace(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole);
      return { path: `${folder}/${template.slice(0, -SUFFIX.length)}`, text };
    });
  for (const { path, text } of files) {
    mkdirSync(join(checkout, dirname(path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  return {
    folder,
    files: files.map(({ path }) => path),
    fillIns: files.flatMap(({ path, text }) => findFillIns(path, text)),
  };
}
