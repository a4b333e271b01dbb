import type { ProvinceDefinition } from '../province-system.js';
import type { LocalSystem } from '../stand-in/local-system.js';

/** A province's folder. Loaded on demand: one process is one province and needs no other's code. */
export interface ProvinceFolder {
  readonly slug: string;
  /** What the adapter runs. */
  readonly loadProvince: () => Promise<ProvinceDefinition>;
  /** The stand-in for the province's closed local system. */
  readonly loadLocalSystem: () => Promise<LocalSystem>;
}

function folder(
  slug: string,
  importProvince: () => Promise<{ readonly province: ProvinceDefinition }>,
  importLocalSystem: () => Promise<{ readonly localSystem: LocalSystem }>,
): ProvinceFolder {
  return {
    slug,
    loadProvince: async () => (await importProvince()).province,
    loadLocalSystem: async () => (await importLocalSystem()).localSystem,
  };
}

/** Every province that has a folder. `npm run new-province` adds a line; deleting folder and line removes a province. */
export const PROVINCE_FOLDERS: readonly ProvinceFolder[] = [
  folder('beijing', () => import('./beijing/province.js'), () => import('./beijing/local-system.js')),
  folder('shanghai', () => import('./shanghai/province.js'), () => import('./shanghai/local-system.js')),
  folder('jiangsu', () => import('./jiangsu/province.js'), () => import('./jiangsu/local-system.js')),
  folder('sichuan', () => import('./sichuan/province.js'), () => import('./sichuan/local-system.js')),
  folder('guizhou', () => import('./guizhou/province.js'), () => import('./guizhou/local-system.js')),
];

/** The folder of a province, by slug; absent where there is none. */
export function findProvinceFolder(slug: string): ProvinceFolder | undefined {
  return PROVINCE_FOLDERS.find((candidate) => candidate.slug === slug);
}
