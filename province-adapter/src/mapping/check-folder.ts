import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { AdapterError } from '../errors.js';
import { findStandInDisagreements } from './check-stand-in.js';
import { findNeededPorts } from './find-needed-ports.js';
import { CONTRACT_FIXTURE, EXCHANGES_FIXTURE, STAND_IN_FIXTURE } from './fixture-schema.js';
import { findFolderProvince, MAPPING_FILE, readFolderFile, readMapping } from './mapping-folder.js';
import { formatProblem, type MappingProblem } from './mapping-problem.js';
import { findFixtureProblems } from './parse-fixture.js';
import { findMappingProblems } from './parse-mapping.js';
import { fieldName, readYaml } from './yaml-source.js';

const FIXTURES: Readonly<Record<string, z.ZodType>> = {
  'fixtures/contract.yaml': CONTRACT_FIXTURE,
  'fixtures/stand-in.yaml': STAND_IN_FIXTURE,
  'fixtures/exchanges.yaml': EXCHANGES_FIXTURE,
};

/** Nobody connects a province with a sentence of a template. */
const FILL_IN = /FILL IN: ([^|]*)/;

function findFillIns(folder: string): readonly MappingProblem[] {
  const names = readdirSync(folder, { encoding: 'utf8', recursive: true }).filter((name) => /\.(?:ya?ml|md)$/.test(name));
  return names.flatMap((name) =>
    readFileSync(join(folder, name), 'utf8').split('\n').flatMap((line, index) => {
      const what = FILL_IN.exec(line)?.[1];
      return what === undefined ? [] : [{ file: `${basename(folder)}/${name}`, line: index + 1, field: 'FILL IN', what: what.trim() }];
    }));
}

/** What cannot be read at all says so itself. */
function orRefusal(find: () => readonly MappingProblem[]): readonly string[] {
  try {
    return find().map(formatProblem);
  } catch (cause) {
    if (cause instanceof AdapterError && cause.code === 'MAPPING_INVALID') return cause.message.split('\n');
    throw cause;
  }
}

/** What the stand-in and the mapping hold against each other; nothing while one of them is wrong by itself. */
function findStandInProblems(folder: string): readonly MappingProblem[] {
  const { name, text } = readFolderFile(folder, 'fixtures/stand-in.yaml');
  if (findFixtureProblems(STAND_IN_FIXTURE, { name, text }).length > 0) return [];
  const mapping = readFolderFile(folder, MAPPING_FILE);
  if (findMappingProblems(mapping.name, mapping.text, findFolderProvince(folder)).length > 0) return [];
  const source = readYaml(name, text);
  return findStandInDisagreements(STAND_IN_FIXTURE.parse(source.value), readMapping(folder))
    .map(({ path, what }) => ({ file: name, line: source.lineOf(path), field: fieldName(path), what }));
}

/**
 * All that is wrong with the folder of a mapped province: the mapping, its fixtures, and what is left to fill in. Runs nothing.
 *
 * @returns `file:line: field: what`, one for each
 */
export function checkFolder(folder: string): readonly string[] {
  if (!existsSync(folder)) return [`${folder}: is not there`];
  const found = [
    ...orRefusal(() => {
      const { name, text } = readFolderFile(folder, MAPPING_FILE);
      return findMappingProblems(name, text, findFolderProvince(folder));
    }),
    ...Object.entries(FIXTURES).flatMap(([path, schema]) => orRefusal(() => findFixtureProblems(schema, readFolderFile(folder, path)))),
    ...orRefusal(() => findStandInProblems(folder)),
    ...orRefusal(() => findFillIns(folder)),
  ];
  return [...new Set(found)];
}

/**
 * What is not wrong with the folder of a mapped province and has to be known before it meets its real system.
 *
 * @returns `file:line: field: what`, one for each; nothing for a mapping that is wrong
 */
export function findFolderNotes(folder: string): readonly string[] {
  if (!existsSync(join(folder, MAPPING_FILE))) return [];
  const { name, text } = readFolderFile(folder, MAPPING_FILE);
  if (findMappingProblems(name, text, findFolderProvince(folder)).length > 0) return [];
  const source = readYaml(name, text);
  return findNeededPorts(readMapping(folder)).map(({ path, what }) => formatProblem({ file: name, line: source.lineOf(path), field: fieldName(path), what }));
}
