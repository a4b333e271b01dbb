import type { z } from 'zod';
import { readFolderFile, type FolderFile } from './mapping-folder.js';
import { mappingInvalid, type MappingProblem } from './mapping-problem.js';
import { findSchemaProblems } from './schema-problems.js';
import { readYaml } from './yaml-source.js';

/** All that is wrong with a fixture's form. */
export function findFixtureProblems(schema: z.ZodType, { name, text }: FolderFile): readonly MappingProblem[] {
  const source = readYaml(name, text);
  if (!source.isYaml) return source.problems;
  const parsed = schema.safeParse(source.value);
  return [...source.problems, ...(parsed.success ? [] : findSchemaProblems(schema, parsed.error, source))];
}

/** A fixture of a province's folder. @throws AdapterError `MAPPING_INVALID` */
export function readFixture<T>(folder: string, path: string, schema: z.ZodType<T>): T {
  const file = readFolderFile(folder, path);
  const problems = findFixtureProblems(schema, file);
  if (problems.length > 0) throw mappingInvalid(problems);
  return schema.parse(readYaml(file.name, file.text).value);
}
