import { HEALTH_STATUSES, TEST_RESULTS } from '@health-code/attestation';
import { z } from 'zod';
import type { MappingProblem } from './mapping-problem.js';
import { suggestName } from './nearest-name.js';
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

/** A member that a place of the file may have. */
interface KnownMember {
  readonly name: string;
  readonly isRequired: boolean;
}

const isRequired = (schema: z.core.$ZodType): boolean => !['optional', 'default', 'prefault'].includes(definitionOf(schema).type);

function knownMembers(schema: z.core.$ZodType, path: YamlPath): readonly KnownMember[] {
  const { innerType, options, shape, element, valueType } = definitionOf(schema);
  if (innerType !== undefined) return knownMembers(innerType, path);
  if (options !== undefined) return options.flatMap((option) => knownMembers(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return Object.entries(shape ?? {}).map(([name, member]) => ({ name, isRequired: isRequired(member) }));
  const child = element ?? valueType ?? shape?.[String(step)];
  return child === undefined ? [] : knownMembers(child, rest);
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[String(step)] : undefined), value);
}

/** A colour or a result is listed, never suggested: who follows the suggestion states it of people. */
const STATED: ReadonlySet<unknown> = new Set([...HEALTH_STATUSES, ...TEST_RESULTS]);

const listValues = (values: readonly unknown[]): string => values.map((one) => (typeof one === 'string' ? `'${one}'` : String(one))).join(', ');

function hintOf(found: unknown, values: readonly unknown[]): string {
  if (values.some((value) => STATED.has(value))) return `; it is one of ${listValues(values)}, quotes included: look it up in the documentation of your system, never guess`;
  if (typeof found === 'string') return suggestName(found, values.map(String));
  return `; write it as it stands here, quotes included: ${listValues(values)}`;
}

/** What is counted in a text, a list, a number. */
const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = { string: ['character', 'characters'], array: ['entry', 'entries'] };

/** How large it must be, in our words. */
function describeSize({ origin, inclusive, exact }: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, limit: string, bound: number, found: unknown): string {
  const unit = UNITS[origin];
  const count = unit === undefined ? String(bound) : `${bound} ${unit[bound === 1 ? 0 : 1]}`;
  const isThere = unit !== undefined && (typeof found === 'string' || Array.isArray(found)) ? `; here ${found.length === 1 ? 'is' : 'are'} ${found.length}` : '';
  return `must ${unit === undefined ? 'be' : 'have'} ${exact === true ? 'exactly' : inclusive === false ? `${limit === 'at least' ? 'more' : 'less'} than` : limit} ${count}${isThere}`;
}

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
      const written = Object.keys(found as object);
      const members = knownMembers(schema, path);
      const free = members.filter(({ name }) => !written.includes(name));
      const missing = free.filter((member) => member.isRequired).map(({ name }) => name);
      return issue.keys.map((key) => ({ path: [...path, key], what: `is not known${suggestName(key, free.map(({ name }) => name), missing)}` }));
    }
    case 'invalid_type':
      return [{ path, what: describeType(issue.expected, found) }];
    case 'invalid_value': {
      if (found === undefined) return [{ path, what: 'is missing' }];
      return [{ path, what: `is none of the values it may have${hintOf(found, issue.values)}` }];
    }
    case 'invalid_union':
      return meantOption(issue.errors, found).flatMap((inner) => explain(inner, path, value, schema));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, what: message }));
    case 'too_big':
      return [{ path, what: describeSize(issue, 'at most', Number(issue.maximum), found) }];
    case 'too_small':
      return [{ path, what: describeSize(issue, 'at least', Number(issue.minimum), found) }];
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
