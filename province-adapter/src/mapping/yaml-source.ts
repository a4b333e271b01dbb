import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, visit, type Document, type Node, type Pair } from 'yaml';
import type { MappingProblem } from './mapping-problem.js';

/** Members from the top of a file to one of its places. */
export type YamlPath = readonly (string | number)[];

/** A file of YAML 1.2 as plain values, with the place of each. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** False where the text cannot be read at all: it has no value then. */
  readonly isYaml: boolean;
  /** Doubled members and what is no YAML. */
  readonly problems: readonly MappingProblem[];
  /** Members of the top that were written twice or hold such members: what they hold against others follows from that. */
  readonly doubled: ReadonlySet<string>;
  /** The line of a member; of the nearest one above it that is there. Counted from 1. */
  lineOf(path: YamlPath): number;
}

/** Deeper than any mapping has a reason to be. */
const MAX_DEPTH = 32;

/** Characters. */
const LONGEST_TEXT = 1_000_000;

/** The name of a place for people, who count the entries of a list from 1. */
export function fieldName(path: YamlPath): string {
  return path.length === 0 ? '(whole file)' : path.map((step) => (typeof step === 'number' ? `#${String(step + 1)}` : step)).join('.');
}

/** Members are called as they are written: a value table's `00` is not the number nought. */
function keyOf(pair: Pair): string {
  const { key } = pair;
  if (!isScalar(key)) return '';
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function toValue(node: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return undefined;
  // Own members only, `__proto__` among them: a value table may list any text.
  if (isMap(node)) return Object.fromEntries(node.items.map((pair) => [keyOf(pair), toValue(pair.value, depth + 1)]));
  if (isSeq(node)) return node.items.map((child) => toValue(child, depth + 1));
  return isScalar(node) ? node.value : undefined;
}

function childOf(node: unknown, step: string | number): { readonly at: Node | undefined; readonly node: unknown } {
  if (isMap(node)) {
    const pair = node.items.find((candidate) => keyOf(candidate) === String(step));
    return { at: pair?.key as Node | undefined, node: pair?.value };
  }
  const child = isSeq(node) ? node.items[Number(step)] : undefined;
  return { at: child as Node | undefined, node: child };
}

/** Same text, written twice in one mapping; the library compares values, which takes `0` and `00` for one. */
function findDoubled(node: unknown, path: YamlPath, depth: number): readonly { readonly path: YamlPath; readonly key: Node }[] {
  if (depth > MAX_DEPTH) return [];
  if (isSeq(node)) return node.items.flatMap((child, index) => findDoubled(child, [...path, index], depth + 1));
  if (!isMap(node)) return [];
  const seen = new Set<string>();
  return node.items.flatMap((pair) => {
    const key = keyOf(pair);
    const doubled = seen.has(key) ? [{ path: [...path, key], key: pair.key as Node }] : [];
    seen.add(key);
    return [...doubled, ...findDoubled(pair.value, [...path, key], depth + 1)];
  });
}

/** References make a short file long, and say nothing that a mapping has to say. */
function findAliases(document: Document): readonly Node[] {
  const aliases: Node[] = [];
  visit(document, (_key, node) => {
    if (isAlias(node)) aliases.push(node);
  });
  return aliases;
}

/**
 * Reads YAML 1.2. Never throws: what is wrong is among the problems.
 *
 * @param file as it is to be called in problems
 */
export function readYaml(file: string, text: string): YamlSource {
  const monster = { file, value: undefined, isYaml: false, problems: [{ file, line: 1, field: fieldName([]), what: 'is longer or more deeply nested than any mapping' }], doubled: new Set<string>(), lineOf: () => 1 };
  if (text.length > LONGEST_TEXT) return monster;
  try {
    return parseYaml(file, text);
  } catch (cause) {
    // The parser calls itself for each level of nesting.
    if (cause instanceof RangeError) return monster;
    throw cause;
  }
}

/** Where a text stops to be YAML: the first place, since the parser stumbles over what follows from it; a tab in our words. */
function findUnreadable(text: string, { errors }: Document): readonly { readonly at: number; readonly what: string }[] {
  const [first] = errors;
  if (first === undefined) return [];
  const tab = /^ *\t/m.exec(text);
  if (tab !== null && errors.some(({ code }) => code === 'TAB_AS_INDENT')) return [{ at: tab.index, what: 'is not YAML: the line begins with a tab; YAML takes spaces alone' }];
  return [{ at: first.pos[0], what: `is not YAML: ${first.message}` }];
}

function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, stringKeys: false, logLevel: 'silent', prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const problemAt = (offset: number, path: YamlPath, what: string): MappingProblem => ({ file, line: lineAt(offset), field: fieldName(path), what });
  const root = document.contents;
  const doubled = findDoubled(root, [], 0);
  const problems = [
    ...findUnreadable(text, document).map(({ at, what }) => problemAt(at, [], what)),
    ...findAliases(document).map((alias) => problemAt(alias.range?.[0] ?? 0, [], 'refers to another place of the file; write it out')),
    ...doubled.map(({ path, key }) => problemAt(key.range?.[0] ?? 0, path, 'is written twice')),
  ];
  return {
    file,
    value: toValue(root, 0),
    isYaml: document.errors.length === 0,
    problems,
    doubled: new Set(doubled.map(({ path: [member] }) => String(member))),
    lineOf(path) {
      let line = root?.range == null ? 1 : lineAt(root.range[0]);
      let node: unknown = root;
      for (const step of path) {
        const child = childOf(node, step);
        if (child.at?.range == null) return line;
        line = lineAt(child.at.range[0]);
        node = child.node;
      }
      return line;
    },
  };
}
