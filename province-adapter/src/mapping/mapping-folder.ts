import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RECOGNITION_NODES, type Province } from '@health-code/attestation';
import { mappingInvalid } from './mapping-problem.js';
import { readYaml } from './yaml-source.js';
import type { Mapping } from './mapping-schema.js';
import { parseMapping } from './parse-mapping.js';

/** The file that makes a folder a province. */
export const MAPPING_FILE = 'mapping.yaml';

/** A text file of a province's folder. */
export interface FolderFile {
  /** As it is called in problems: `<slug>/<name>`. */
  readonly name: string;
  readonly text: string;
}

/** The province a folder is about: its name is the province's slug. @throws AdapterError `MAPPING_INVALID` */
export function findFolderProvince(folder: string): Province {
  const slug = basename(folder);
  const province = RECOGNITION_NODES.find((node) => node.slug === slug);
  if (province !== undefined) return province;
  throw mappingInvalid([{ file: `${slug}/${MAPPING_FILE}`, line: 1, field: '(folder)', what: `${slug} is not the slug of one of the 32 nodes` }]);
}

/** @throws AdapterError `MAPPING_INVALID` where the folder has no such file */
export function readFolderFile(folder: string, name: string): FolderFile {
  const shown = `${basename(folder)}/${name}`;
  const path = join(folder, name);
  if (existsSync(path)) return { name: shown, text: readFileSync(path, 'utf8') };
  throw mappingInvalid([{ file: shown, line: 1, field: '(whole file)', what: 'is missing' }]);
}

/** The mapping of a folder, checked. @throws AdapterError `MAPPING_INVALID` */
export function readMapping(folder: string): Mapping {
  const { name, text } = readFolderFile(folder, MAPPING_FILE);
  return parseMapping(name, text, findFolderProvince(folder));
}

/** Whether the local system of a folder leaves files, right or wrong as its mapping may be. */
export function leavesFiles(folder: string): boolean {
  const path = join(folder, MAPPING_FILE);
  const { value } = existsSync(path) ? readYaml(MAPPING_FILE, readFileSync(path, 'utf8')) : { value: undefined };
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'files');
}
