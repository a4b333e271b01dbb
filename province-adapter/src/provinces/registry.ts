import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RECOGNITION_NODES, type ProvinceCode } from '@health-code/attestation';
import { createDeclaredPeople } from '../direct-mode/declared-people.js';
import { createDirectModeLocalSystem } from '../direct-mode/direct-mode-local-system.js';
import { createDirectModeProfile } from '../direct-mode/direct-mode-profile.js';
import { createDirectModeProvince } from '../direct-mode/direct-mode-province.js';
import { loadMappedLocalSystem } from '../mapping/mapped-local-system.js';
import { loadMappedProvince } from '../mapping/mapped-province.js';
import type { ProvinceDefinition } from '../province-system.js';
import type { LocalSystem } from '../stand-in/local-system.js';

/** What a province is described by: code of its own, a mapping file, or nothing, because it uses the national code itself. */
export type ProvinceForm = 'typescript' | 'mapping' | 'direct';

/** A province as the adapter finds it. Loaded on demand: one process is one province and needs no other's code. */
export interface ProvinceFolder {
  readonly slug: string;
  readonly code: ProvinceCode;
  readonly form: ProvinceForm;
  /** What the adapter runs. */
  readonly loadProvince: () => Promise<ProvinceDefinition>;
  /** The stand-in for the province's closed local system. */
  readonly loadLocalSystem: () => Promise<LocalSystem>;
}

/** `.js` when built, `.ts` in tests, which run the sources. */
const CODE_SUFFIX = extname(import.meta.filename);

/** Mapping files are not compiled: they are read where they were written, by what was built too. */
const MAPPINGS = fileURLToPath(new URL('../../src/provinces/', import.meta.url));

const hasFile = (directory: string, slug: string, file: string): boolean => existsSync(join(directory, slug, file));

const codeFolder = (slug: string, code: ProvinceCode): ProvinceFolder => ({
  slug,
  code,
  form: 'typescript',
  loadProvince: async () => ((await import(/* @vite-ignore */ `./${slug}/province${CODE_SUFFIX}`)) as { readonly province: ProvinceDefinition }).province,
  loadLocalSystem: async () => ((await import(/* @vite-ignore */ `./${slug}/local-system${CODE_SUFFIX}`)) as { readonly localSystem: LocalSystem }).localSystem,
});

const mappingFolder = (slug: string, code: ProvinceCode): ProvinceFolder => ({
  slug,
  code,
  form: 'mapping',
  loadProvince: () => loadMappedProvince(join(MAPPINGS, slug)),
  loadLocalSystem: () => loadMappedLocalSystem(join(MAPPINGS, slug)),
});

const nationalCode = (slug: string, code: ProvinceCode): ProvinceFolder => ({
  slug,
  code,
  form: 'direct',
  loadProvince: () => Promise.resolve(createDirectModeProvince(createDirectModeProfile(code))),
  loadLocalSystem: () => Promise.resolve(createDirectModeLocalSystem(createDirectModeProfile(code), createDeclaredPeople(code))),
});

function findFolder({ slug, code }: { readonly slug: string; readonly code: ProvinceCode }): ProvinceFolder {
  if (hasFile(import.meta.dirname, slug, `province${CODE_SUFFIX}`)) return codeFolder(slug, code);
  if (hasFile(MAPPINGS, slug, 'mapping.yaml')) return mappingFolder(slug, code);
  return nationalCode(slug, code);
}

/**
 * All 32 nodes, each found by its folder here: adding or deleting a folder is all it takes. Who has none uses the national code
 * itself (direct mode).
 */
export const PROVINCE_FOLDERS: readonly ProvinceFolder[] = RECOGNITION_NODES.map(findFolder);

/** A province by slug; absent for what is none of the 32 nodes. */
export function findProvinceFolder(slug: string): ProvinceFolder | undefined {
  return PROVINCE_FOLDERS.find((candidate) => candidate.slug === slug);
}
