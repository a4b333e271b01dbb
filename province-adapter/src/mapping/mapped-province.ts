import { getProvince, type ProvinceCode } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { ProvinceDefinition, ProvinceProfile } from '../province-system.js';
import { createMappedFilesSource } from './mapped-files-source.js';
import { createMappedHttpSource } from './mapped-http-source.js';
import { createMappedTestTranslation } from './mapped-test-result.js';
import { createMappedTranslation } from './mapped-translate.js';
import { findFolderProvince, readMapping } from './mapping-folder.js';
import type { Mapping } from './mapping-schema.js';

/** What a province is by its mapping; what follows from the folder's name is not written again. */
export function createMappedProfile(mapping: Mapping, code: ProvinceCode): ProvinceProfile {
  const rules = Object.entries(mapping.rules).map(([name, { title, version }]) => ({ id: `${code}-${name}`, version, title }));
  const conversionId = `${code}-conversion`;
  return {
    code,
    slug: getProvince(code).slug,
    system: mapping.system,
    mode: mapping.mode,
    recognisers: mapping.codes.recognise,
    rules,
    conversionRule: { id: conversionId, version: rules.find(({ id }) => id === conversionId)?.version ?? '' },
    timeZone: mapping.timeZone,
  };
}

/**
 * A province from the mapping file of its folder.
 *
 * @throws AdapterError `MAPPING_INVALID` with everything that is wrong, a line each
 */
export function loadMappedProvince(folder: string): Promise<ProvinceDefinition> {
  return Promise.resolve().then(() => {
    const mapping = readMapping(folder);
    const profile = createMappedProfile(mapping, findFolderProvince(folder).code);
    return {
      profile,
      createSource: (options) => {
        const { files, http } = mapping;
        if (http !== undefined) return createMappedHttpSource({ ...mapping, http }, options);
        if (files !== undefined) return createMappedFilesSource({ ...mapping, files }, options);
        throw new AdapterError('MAPPING_INVALID', 'a mapping without http and files was let through');
      },
      translate: createMappedTranslation(mapping, profile),
      ...(mapping.tests === undefined ? {} : { translations: { 'nucleic-acid-test': createMappedTestTranslation(mapping.tests, profile) } }),
    };
  });
}
