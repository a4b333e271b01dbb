import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../deploy/embedded/checkout.js';

/** Where codes are declared, and the workspaces that may throw them. */
const UNIONS = [
  { type: 'AttestationErrorCode', file: 'proto/attestation/src/errors.ts', usedIn: ['proto/attestation', 'proto/checkpoint', 'hub', 'province-adapter'] },
  { type: 'HubErrorCode', file: 'hub/src/errors.ts', usedIn: ['hub'] },
  { type: 'VerdictErrorCode', file: 'hub/src/verify/verified-code.ts', usedIn: ['hub', 'proto/attestation'] },
  { type: 'OfflineErrorCode', file: 'proto/attestation/src/offline/offline-outcome.ts', usedIn: ['proto/attestation'] },
  { type: 'QuarantineCode', file: 'hub/src/ingest/check-message.ts', usedIn: ['hub'] },
  { type: 'CheckpointErrorCode', file: 'proto/checkpoint/src/errors.ts', usedIn: ['proto/checkpoint'] },
  { type: 'AdapterErrorCode', file: 'province-adapter/src/errors.ts', usedIn: ['province-adapter'] },
] as const;

/** Says which codes exist on the wire, not that any is ever used. */
const LISTING = 'hub/src/province-call/province-refusal.ts';

interface DocumentedCode {
  readonly code: string;
  readonly grpc: string;
  readonly verdict: string;
  readonly cells: readonly string[];
}

const read = (file: string): string => readFileSync(join(checkoutDirectory(), file), 'utf8');

const parse = (file: string): ts.SourceFile => ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

function find<N extends ts.Node>(file: string, is: (node: ts.Node) => node is N, name: string): N {
  let found: N | undefined;
  visit(parse(file), (node) => {
    if (is(node) && (node as { name?: ts.Node }).name?.getText() === name) found ??= node;
  });
  if (found === undefined) throw new Error(`${file} declares no ${name}`);
  return found;
}

/** The string literals of a closed union. */
function membersOf(type: string, file: string): readonly string[] {
  const members: string[] = [];
  visit(find(file, ts.isTypeAliasDeclaration, type), (node) => {
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) members.push(node.literal.text);
  });
  return members;
}

/** A table that is declared as an object literal: the source text of each of its values. */
function tableOf(file: string, name: string): ReadonlyMap<string, string> {
  const { initializer } = find(file, ts.isVariableDeclaration, name);
  if (initializer === undefined || !ts.isObjectLiteralExpression(initializer)) throw new Error(`${name} is no object literal`);
  return new Map(initializer.properties.filter(ts.isPropertyAssignment).map((property) => [property.name.getText().replaceAll('\'', ''), property.initializer.getText()]));
}

/** String literals that stand for values, not in types, of everything that runs. */
function valuesIn(workspace: string): ReadonlySet<string> {
  const values = new Set<string>();
  const sources = readdirSync(join(checkoutDirectory(), workspace, 'src'), { encoding: 'utf8', recursive: true })
    .map((file) => `${workspace}/src/${file}`)
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file) && file !== LISTING);
  for (const file of sources) {
    visit(parse(file), (node) => {
      if (ts.isStringLiteral(node) && !ts.isLiteralTypeNode(node.parent)) values.add(node.text);
    });
  }
  return values;
}

const documented: readonly DocumentedCode[] = read('docs/error-codes.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const cells = line.split('|').slice(1, -1).map((cell) => cell.trim());
    const [code = '', , , grpc = '', verdict = ''] = cells.map((cell) => cell.replaceAll('`', ''));
    return { code, grpc, verdict, cells };
  });

const GRPC_STATUS = 'hub/src/platform/grpc-status.ts';
const OUTCOMES = 'hub/src/verify/province-refusal-outcome.ts';

/** `status.NOT_FOUND` as `NOT_FOUND`. */
const statuses = new Map([...tableOf(GRPC_STATUS, 'PROVINCE_REFUSAL_STATUS'), ...tableOf(GRPC_STATUS, 'GRPC_STATUS')].map(([code, text]) => [code, text.replace('status.', '')]));

const recognitionIn = (text: string): string | undefined => /recognition: '([a-z-]+)'/.exec(text)?.[1];

/** The recognition that each code of a failed call leads to; shared outcomes are constants of the same file. */
const recognitions = new Map(
  [...tableOf(OUTCOMES, 'BY_HUB_CODE'), ...tableOf(OUTCOMES, 'BY_PROVINCE_CODE')].map(([code, text]) => [
    code,
    recognitionIn(text) ?? recognitionIn(find(OUTCOMES, ts.isVariableDeclaration, text).getText()),
  ]),
);

/** The code a verdict carries that has no more precise one, the other way round. */
const usualCodes = [...tableOf('proto/attestation/src/refusal-codes.ts', 'REFUSAL_CODES')].map(([recognition, text]) => ({ recognition, code: text.replaceAll('\'', '') }));

describe('docs/error-codes.md', () => {
  it('explains every code that exists, once, and no other', () => {
    const declared = new Set(UNIONS.flatMap(({ type, file }) => membersOf(type, file)));
    expect(declared.size).toBeGreaterThan(70);
    expect(documented.map(({ code }) => code).sort()).toEqual([...declared].sort());
  });

  it('says of each what happened, what to do, and a short text in Chinese', () => {
    const incomplete = documented.filter(({ cells }) => cells.length !== 6 || cells.includes('') || !/\p{Script=Han}/u.test(cells[5] ?? ''));
    expect(incomplete.map(({ code }) => code)).toEqual([]);
  });

  it('names the gRPC status that the hub answers with', () => {
    const expected = documented.map(({ code }) => [code, statuses.get(code) ?? '–']);
    expect(documented.map(({ code, grpc }) => [code, grpc])).toEqual(expected);
  });

  it('names the recognition that a failed call to a province leads to', () => {
    const shown = documented.filter(({ code }) => recognitions.has(code));
    expect(shown).toHaveLength(recognitions.size);
    expect(shown.map(({ code, verdict }) => [code, verdict])).toEqual(shown.map(({ code }) => [code, recognitions.get(code)]));
  });

  it('names a recognition that exists for every code of a verdict', () => {
    const known = ['–', ...usualCodes.map(({ recognition }) => recognition)];
    expect(documented.filter(({ verdict }) => !known.includes(verdict))).toEqual([]);
    for (const { recognition, code } of usualCodes.filter((usual) => usual.code !== '')) {
      expect(documented.find((one) => one.code === code)?.verdict, code).toBe(recognition);
    }
  });
});

describe('the closed unions of codes', () => {
  const values = new Map(['proto/attestation', 'proto/checkpoint', 'hub', 'province-adapter'].map((workspace) => [workspace, valuesIn(workspace)]));

  it.each(UNIONS)('hold in $type no code that nothing says', ({ type, file, usedIn }) => {
    const members = membersOf(type, file);
    expect(members.length).toBeGreaterThan(1);
    expect(members.filter((code) => !usedIn.some((workspace) => values.get(workspace)?.has(code)))).toEqual([]);
  });
});
