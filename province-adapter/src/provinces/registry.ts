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

/** Every province that has a folder. `npm run new-province` adds a line; deleting the folder and its line removes a province. */
export const PROVINCE_FOLDERS: readonly ProvinceFolder[] = [
  { slug: 'beijing', loadProvince: async () => (await import('./beijing/province.js')).province, loadLocalSystem: async () => (await import('./beijing/local-system.js')).localSystem },
  { slug: 'shanghai', loadProvince: async () => (await import('./shanghai/province.js')).province, loadLocalSystem: async () => (await import('./shanghai/local-system.js')).localSystem },
  { slug: 'jiangsu', loadProvince: async () => (await import('./jiangsu/province.js')).province, loadLocalSystem: async () => (await import('./jiangsu/local-system.js')).localSystem },
  { slug: 'sichuan', loadProvince: async () => (await import('./sichuan/province.js')).province, loadLocalSystem: async () => (await import('./sichuan/local-system.js')).localSystem },
  { slug: 'guizhou', loadProvince: async () => (await import('./guizhou/province.js')).province, loadLocalSystem: async () => (await import('./guizhou/local-system.js')).localSystem },
];

/** The folder of a province, by slug; absent where there is none. */
export function findProvinceFolder(slug: string): ProvinceFolder | undefined {
  return PROVINCE_FOLDERS.find((folder) => folder.slug === slug);
}
