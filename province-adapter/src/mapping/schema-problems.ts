import { z } from 'zod';
import type { MappingProblem } from './mapping-problem.js';
import { findNearestName } from './nearest-name.js';
import { fieldName, type YamlPath, type YamlSource } from './yaml-source.js';

/** What zod 4 says of its own schemas; the members read here are part of its documented core. */
interface SchemaDefinition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
}

const definitionOf = (schema: z.core.$ZodType): SchemaDefinition => schema._zod.def;

/** The names of members that a place of the file may have. */
function knownNames(schema: z.core.$ZodType, path: YamlPath): readonly string[] {
  const { innerType, options, shape, element, valueType } = definitionOf(schema);
  if (innerType !== undefined) return knownNames(innerType, path);
  if (options !== undefined) return options.flatMap((option) => knownNames(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(shape ?? {});
  const child = element ?? valueType ?? shape?.[String(step)];
  return child === undefined ? [] : knownNames(child, rest);
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[String(step)] : undefined), value);
}

const suggest = (name: string, known: readonly string[]): string => {
  const nearest = findNearestName(name, known);
  return nearest === undefined ? `; known here: ${known.join(', ')}` : `; did you mean ${nearest}?`;
};

const TYPE_NAMES: Readonly<Record<string, string>> = { string: 'text', int: 'a whole number', number: 'a number', boolean: 'true or false', object: 'members', record: 'members', array: 'a list' };

function describeType(expected: string, value: unknown): string {
  if (value === undefined) return 'is missing';
  if (expected === 'string' && ['number', 'boolean'].includes(typeof value)) return 'must be text: put it between quotes';
  return `must be ${TYPE_NAMES[expected] ?? expected}`;
}

/** Of a choice, what is wrong with the shape that was meant: the one that is at least of the right type. */
function meantOption(errors: readonly (readonly z.core.$ZodIssue[])[], value: unknown): readonly z.core.$ZodIssue[] {
  const isObject = typeof value === 'object' && value !== null;
  return errors.find((issues) => isObject && !issues.some(({ path, code }) => path.length === 0 && code !== 'unrecognized_keys')) ?? errors[0] ?? [];
}

function explain(issue: z.core.$ZodIssue, at: YamlPath, value: unknown, schema: z.core.$ZodType): readonly { readonly path: YamlPath; readonly what: string }[] {
  const path = [...at, ...(issue.path as YamlPath)];
  const found = valueAt(value, path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownNames(schema, path);
      return issue.keys.map((key) => ({ path: [...path, key], what: `is not known${suggest(key, known)}` }));
    }
    case 'invalid_type':
      return [{ path, what: describeType(issue.expected, found) }];
    case 'invalid_value': {
      if (found === undefined) return [{ path, what: 'is missing' }];
      const values = issue.values.map(String);
      const hint = typeof found === 'string' ? suggest(found, values) : `; write it as it stands here, quotes included: ${issue.values.map((one) => (typeof one === 'string' ? `'${one}'` : String(one))).join(', ')}`;
      return [{ path, what: `is none of the values it may have${hint}` }];
    }
    case 'invalid_union':
      return meantOption(issue.errors, found).flatMap((inner) => explain(inner, path, value, schema));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, what: message }));
    case 'too_big':
    case 'too_small':
      return [{ path, what: issue.message.replace(/^(?:Invalid input|Too (?:big|small)): /, '') }];
    default:
      return [{ path, what: issue.message }];
  }
}

/** What a schema holds against a file, or a part of it, with line and field. */
export function findSchemaProblems(schema: z.core.$ZodType, error: z.core.$ZodError, source: YamlSource): readonly MappingProblem[] {
  return error.issues
    .flatMap((issue) => explain(issue, [], source.value, schema))
    .map(({ path, what }) => ({ file: source.file, line: source.lineOf(path), field: fieldName(path), what }));
}
