import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { read, TOP } from './deployment.fixture.js';

type Rights = ReadonlyMap<string, readonly string[]>;

/** Rights by table, each once and in order. */
const ordered = (rights: readonly (readonly [string, string])[]): Rights => {
  const tables = [...new Set(rights.map(([table]) => table))].sort();
  return new Map(tables.map((table) => [table, [...new Set(rights.filter(([name]) => name === table).map(([, right]) => right))].sort()]));
};

/** What hub-grants.sql gives beside reading. */
function granted(): Rights {
  const sql = read('postgres/hub-grants.sql').replaceAll(/--.*$/gm, '');
  return ordered(
    [...sql.matchAll(/GRANT ((?:INSERT|UPDATE|DELETE)[^;]*?) ON ([^;]+?) TO health_code_hub;/g)].flatMap(([, rights = '', tables = '']) =>
      tables.split(',').flatMap((table) => rights.split(/,(?![^(]*\))/).map((right) => [table.trim(), right.trim()] as const)),
    ),
  );
}

const HUB = join(TOP, 'hub', 'src');
const sources = readdirSync(HUB, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/\.(test|fixture)\.ts$|migrations\//.test(path))
  .map((path) => readFileSync(join(HUB, path), 'utf8'));

/** What the hub's sources do to each table. */
function done(): Rights {
  const statements: (readonly [string, string])[] = [];
  for (const source of sources) {
    for (const [, table = ''] of source.matchAll(/\bDELETE FROM ([a-z_]+)/g)) statements.push([table, 'DELETE']);
    for (const [, table = ''] of source.matchAll(/\bUPDATE ([a-z_]+) SET\b/g)) statements.push([table, 'UPDATE']);
    for (const [, table = '', rest = ''] of source.matchAll(/\bINSERT INTO ([a-z_]+)([^`']*)/g)) {
      statements.push([table, 'INSERT']);
      if (/ON CONFLICT \([a-z_, ]+\)\s*DO UPDATE/.test(rest)) statements.push([table, 'UPDATE']);
    }
    // Whoever locks rows needs the right to change them.
    for (const [, table = ''] of source.matchAll(/\bFROM ([a-z_]+)(?: (?!WHERE|FROM)[a-z_]+)?(?:[^`';](?!\bFROM\b))*?\bFOR UPDATE\b/g)) statements.push([table, 'UPDATE']);
  }
  return ordered(statements);
}

it('gives the hub every right that a statement of its sources needs, and none besides', () => {
  const wanted = new Map(done());
  // Its triggers refuse every update: one column is enough to lock a row.
  expect(granted().get('attestation')).toEqual(['DELETE', 'INSERT', 'UPDATE (supersedes)']);
  expect(wanted.get('attestation')?.filter((right) => right !== 'UPDATE')).toEqual(['DELETE', 'INSERT']);
  const others = (rights: Rights): object => Object.fromEntries([...rights].filter(([table]) => table !== 'attestation'));
  expect(others(granted())).toEqual(others(wanted));
});
