import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RECOGNITION_NODES } from '@health-code/attestation';
import type { z } from 'zod';
import { AdapterError } from '../errors.js';
import { findContractDisagreements, findValuesOfNobody } from './check-contract.js';
import { findExchangeDisagreements } from './check-exchanges.js';
import { findGoldenDisagreements } from './check-golden-answer.js';
import { findErrorDisagreements } from './check-golden-errors.js';
import { findOverlaps, type Neighbour } from './check-neighbours.js';
import { findStandInDisagreements } from './check-stand-in.js';
import { findNeededPorts } from './find-needed-ports.js';
import { CONTRACT_FIXTURE, EXCHANGES_FIXTURE, STAND_IN_FIXTURE } from './fixture-schema.js';
import type { FolderDisagreement, FolderPart } from './folder-disagreement.js';
import { findFolderProvince, MAPPING_FILE, readFolderFile, readMapping } from './mapping-folder.js';
import { formatProblem, type MappingProblem } from './mapping-problem.js';
import { findFixtureProblems } from './parse-fixture.js';
import type { Mapping } from './mapping-schema.js';
import { findMappingProblems } from './parse-mapping.js';
import { fieldName, readYaml, type YamlSource } from './yaml-source.js';

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

/** A file of the folder that is sound by itself. */
interface SoundFile<T> {
  readonly content: T;
  readonly source: YamlSource;
}

function findSound<T>(folder: string, path: FolderPart, schema: z.ZodType<T>): SoundFile<T> | undefined {
  if (!existsSync(join(folder, path))) return undefined;
  const { name, text } = readFolderFile(folder, path);
  const source = readYaml(name, text);
  const parsed = source.problems.length === 0 ? schema.safeParse(source.value) : undefined;
  return parsed?.success === true ? { content: parsed.data, source } : undefined;
}

function findSoundMapping(folder: string): SoundFile<Mapping> | undefined {
  const { name, text } = readFolderFile(folder, MAPPING_FILE);
  if (findMappingProblems(name, text, findFolderProvince(folder)).length > 0) return undefined;
  return { content: readMapping(folder), source: readYaml(name, text) };
}

/** One cause makes many exchanges come to the same: said once, where it is met first. */
function sayOnce(found: readonly FolderDisagreement[]): readonly FolderDisagreement[] {
  return found.flatMap((one) => {
    const same = found.filter(({ what }) => what === one.what);
    if (same[0] !== one) return [];
    return [same.length === 1 ? one : { ...one, what: `${one.what} (and ${same.length - 1} more)` }];
  });
}

/** What the files of a folder hold against each other; a file that is wrong by itself is left out, and all are while the mapping is. */
async function findFolderDisagreements(folder: string, now: number, neighbours: readonly Neighbour[]): Promise<readonly string[]> {
  if (!existsSync(join(folder, MAPPING_FILE))) return [];
  const mapping = findSoundMapping(folder);
  if (mapping === undefined) return [];
  const { code } = findFolderProvince(folder);
  const contract = findSound(folder, 'fixtures/contract.yaml', CONTRACT_FIXTURE);
  const standIn = findSound(folder, 'fixtures/stand-in.yaml', STAND_IN_FIXTURE);
  const exchanges = findSound(folder, 'fixtures/exchanges.yaml', EXCHANGES_FIXTURE);
  const replayed = await Promise.all((exchanges?.content ?? []).map((one, index) => findExchangeDisagreements(one, index, mapping.content, code)));
  const inStandIn = standIn === undefined ? [] : findStandInDisagreements(standIn.content, mapping.content).map((one) => ({ ...one, file: 'fixtures/stand-in.yaml' as const }));
  const found: readonly FolderDisagreement[] = [
    ...inStandIn,
    // What comes of places that nothing fills was said already.
    ...(standIn === undefined || inStandIn.length > 0 ? [] : [
      ...findGoldenDisagreements(standIn.content, mapping.content, code, now),
      ...findErrorDisagreements(standIn.content, mapping.content, contract?.content.neverIssued, now),
    ]),
    ...(standIn === undefined ? [] : findValuesOfNobody(mapping.content.values, standIn.content)),
    ...(contract === undefined ? [] : findContractDisagreements(contract.content, mapping.content)),
    ...findOverlaps(mapping.content, code, neighbours),
    ...sayOnce(replayed.flat()),
  ];
  const sources: Readonly<Record<FolderPart, YamlSource | undefined>> = {
    'mapping.yaml': mapping.source,
    'fixtures/contract.yaml': contract?.source,
    'fixtures/stand-in.yaml': standIn?.source,
    'fixtures/exchanges.yaml': exchanges?.source,
  };
  return found.map(({ file, path, what }) => formatProblem({ file: `${basename(folder)}/${file}`, line: sources[file]?.lineOf(path) ?? 1, field: fieldName(path), what }));
}

/**
 * All that is wrong with the folder of a mapped province: the mapping, its fixtures, what they hold against each other, what does not
 * come of the golden answers and the recorded exchanges, and what is left to fill in. Asks no system.
 *
 * @param now milliseconds since the epoch
 * @param neighbours the other provinces, whose codes may not be taken
 * @returns `file:line: field: what`, one for each
 */
export async function checkFolder(folder: string, now: number, neighbours: readonly Neighbour[]): Promise<readonly string[]> {
  if (!existsSync(folder)) return [`${folder}: is not there`];
  const own = [
    ...orRefusal(() => {
      const { name, text } = readFolderFile(folder, MAPPING_FILE);
      return findMappingProblems(name, text, findFolderProvince(folder));
    }),
    ...Object.entries(FIXTURES).flatMap(([path, schema]) => orRefusal(() => findFixtureProblems(schema, readFolderFile(folder, path)))),
    ...orRefusal(() => findFillIns(folder)),
  ];
  const isNode = RECOGNITION_NODES.some(({ slug }) => slug === basename(folder));
  return [...new Set([...own, ...(isNode ? await findFolderDisagreements(folder, now, neighbours) : [])])];
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
