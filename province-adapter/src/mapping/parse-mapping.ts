import type { Province } from '@health-code/attestation';
import type { z } from 'zod';
import { findDisagreements, type SoundMembers, type SoundRequests } from './check-mapping.js';
import { MAPPING, MAPPING_MEMBERS, REQUEST, type Mapping } from './mapping-schema.js';
import { mappingInvalid, type MappingProblem } from './mapping-problem.js';
import { findSchemaProblems } from './schema-problems.js';
import { fieldName, readYaml } from './yaml-source.js';

/** The members that are sound by themselves, so that what they hold against each other is told together with the rest. */
function soundMembers(value: unknown): SoundMembers {
  const written = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const sound = Object.entries(MAPPING_MEMBERS).flatMap(([name, schema]) => {
    const parsed = (schema as z.ZodType).safeParse(Object.hasOwn(written, name) ? written[name] : undefined);
    return parsed.success && parsed.data !== undefined ? [[name, parsed.data] as const] : [];
  });
  return Object.fromEntries(sound);
}

function soundRequests(value: unknown): SoundRequests {
  const http: unknown = typeof value === 'object' && value !== null && 'http' in value ? value.http : undefined;
  const written = typeof http === 'object' && http !== null ? (http as Record<string, unknown>) : {};
  return { byCode: REQUEST.safeParse(written['byCode']).data, byPerson: REQUEST.safeParse(written['byPerson']).data };
}

/** All that is wrong with a mapping file; nothing where it may run. */
export function findMappingProblems(file: string, text: string, province: Pick<Province, 'slug'>): readonly MappingProblem[] {
  const source = readYaml(file, text);
  // What is no YAML has no members to judge.
  if (!source.isYaml) return source.problems;
  if (source.value === null || typeof source.value !== 'object') return [{ file, line: 1, field: fieldName([]), what: 'holds no members' }];
  const parsed = MAPPING.safeParse(source.value);
  const members = soundMembers(source.value);
  const disagreements = [
    ...findDisagreements(members, soundRequests(source.value), new Set(Object.keys(source.value))),
    ...(members.system === undefined || members.system.startsWith(`${province.slug}-`) ? [] : [{ path: ['system'], what: `must begin with ${province.slug}-` }]),
  ];
  const problems = [
    ...source.problems,
    ...(parsed.success ? [] : findSchemaProblems(MAPPING, parsed.error, source)),
    ...disagreements.filter(({ path: [member] }) => !source.doubled.has(String(member))).map(({ path, what }) => ({ file, line: source.lineOf(path), field: fieldName(path), what })),
  ];
  return problems.sort((one, other) => one.line - other.line);
}

/**
 * Untrusted text to a mapping that may run.
 *
 * @param file as it is to be called in problems
 * @throws AdapterError `MAPPING_INVALID` with all that is wrong, a line each
 */
export function parseMapping(file: string, text: string, province: Pick<Province, 'slug'>): Mapping {
  const problems = findMappingProblems(file, text, province);
  if (problems.length > 0) throw mappingInvalid(problems);
  return MAPPING.parse(readYaml(file, text).value);
}
