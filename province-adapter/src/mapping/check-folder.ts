import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import { AdapterError } from '../errors.js';
import { CONTRACT_FIXTURE, EXCHANGES_FIXTURE, STAND_IN_FIXTURE } from './fixture-schema.js';
import { findFolderProvince, MAPPING_FILE, readFolderFile } from './mapping-folder.js';
import { formatProblem, type MappingProblem } from './mapping-problem.js';
import { findFixtureProblems } from './parse-fixture.js';
import { findMappingProblems } from './parse-mapping.js';

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

/**
 * All that is wrong with the folder of a mapped province: the mapping, its fixtures, and what is left to fill in. Runs nothing.
 *
 * @returns `file:line: field: what`, one for each
 */
export function checkFolder(folder: string): readonly string[] {
  if (!existsSync(folder)) return [`${folder}: is not there`];
  return [
    ...orRefusal(() => {
      const { name, text } = readFolderFile(folder, MAPPING_FILE);
      return findMappingProblems(name, text, findFolderProvince(folder));
    }),
    ...Object.entries(FIXTURES).flatMap(([path, schema]) => orRefusal(() => findFixtureProblems(schema, readFolderFile(folder, path)))),
    ...orRefusal(() => findFillIns(folder)),
  ];
}
