import { RECOGNITION_NODES } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { PROVINCE_FOLDERS, findProvinceFolder } from './registry.js';

describe('the registry of provinces', () => {
  it('has all 31 divisions of the mainland and the Xinjiang Corps', () => {
    expect(PROVINCE_FOLDERS.map(({ code }) => code)).toEqual(RECOGNITION_NODES.map(({ code }) => code));
    expect(PROVINCE_FOLDERS).toHaveLength(32);
  });

  it('finds a province by its folder, and gives the national code to one that has none', () => {
    expect(findProvinceFolder('beijing')?.form).toBe('typescript');
    expect(findProvinceFolder('jilin')?.form).toBe('mapping');
    expect(findProvinceFolder('guizhou')?.form).toBe('direct');
  });

  it('knows nobody outside', () => {
    expect(findProvinceFolder('hong-kong')).toBeUndefined();
    expect(findProvinceFolder('..')).toBeUndefined();
  });

  it.each(PROVINCE_FOLDERS.map((folder) => [folder.slug, folder] as const))('loads %s and its local system', async (slug, folder) => {
    expect((await folder.loadProvince()).profile).toMatchObject({ slug, code: folder.code });
    expect((await folder.loadLocalSystem()).slug).toBe(slug);
  });
});
