import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../deploy/embedded/checkout.js';

/** Made by commands, not written. */
const GENERATED = ['node_modules', 'dist', 'gen', 'coverage', '.git', '.data', '.cache'];
const WRITTEN = /\.(md|ts|mjs|js|cjs|json|yaml|proto|py|template)$|^\.(npmrc|gitignore)$|^run$/;
/** A path in backticks. */
const PATH = /`((?:src|docs|hub|proto|province-adapter|deploy|scripts|\.ci)\/[^`\s]*)`/g;
/** What stands for a province's folder, in either language. */
const SLUG = /<slug>|<省>/;
/** Folders that every Linux has: a path below them says nothing about where the text was written. */
const OF_EVERY_LINUX = /^\/(bin|dev|etc|lib|lib64|opt|proc|run|sbin|sys|tmp|usr|var)\//;
const REGISTRY_HOST = /https?:\/\/[^/\s"'`]*(?:registry|npmjs|pypi|artifact|mirror)[^\s"'`]*/gi;
const ABSOLUTE_PATH = /(?<=^|[\s"'`(=:])\/[\w.-]+\/[\w./-]+/gm;
const HOME = /^\/(home|Users)\/|^\/root\/./;

const root = checkoutDirectory();

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return GENERATED.includes(entry.name) ? [] : filesBelow(path);
    return WRITTEN.test(entry.name) ? [path] : [];
  });
}

const files = filesBelow('').map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const documents = files.filter(({ path }) => path.endsWith('.md'));
const provinces = readdirSync(join(root, 'province-adapter/src/provinces'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);

/** Every match of `pattern` in `texts`, as `file: match`, that is not as it must be. */
function findBad(texts: typeof files, pattern: RegExp, isGood: (match: string, path: string) => boolean): readonly string[] {
  return texts.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([whole, group]) => group ?? whole).filter((match) => !isGood(match, path)).map((match) => `${path}: ${match}`),
  );
}

/** From the document's folder or any above it: a README below a workspace speaks of the workspace's `src/`. */
const isThere = (place: string, from: string): boolean =>
  existsSync(join(root, from, '..', place)) || (dirname(from) !== '.' && isThere(place, dirname(from)));

describe('the documents', () => {
  it('are there to be checked', () => {
    expect(documents.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'README.zh-CN.md', 'docs/glossary.md', 'hub/README.md']));
    expect(files.length).toBeGreaterThan(200);
  });

  it('link to what exists', () => {
    const isGood = (target: string, path: string): boolean => /^(https?:|mailto:|#)/.test(target) || existsSync(join(root, dirname(path), target.replace(/#.*$/, '')));
    expect(findBad(documents, /\]\(([^)\s]+)\)/g, isGood)).toEqual([]);
  });

  it('name paths that exist, for every province where they speak of one', () => {
    const isGood = (place: string, from: string): boolean => {
      const places = SLUG.test(place) ? provinces.map((slug) => place.replace(SLUG, slug)) : [place];
      // Braces, stars and other angle brackets stand for many names: what comes before them must exist.
      return places.every((one) => isThere(one.replace(/[^/]*[{*<…].*$/, ''), from));
    };
    expect(findBad(documents, PATH, isGood)).toEqual([]);
  });

  it('name folders of the table of folders that exist', () => {
    const table = /\| Folder \| What it is \|\n(?:\|.*\n)+/.exec(documents.find(({ path }) => path === 'README.md')?.text ?? '')?.[0] ?? '';
    const folders = [...table.matchAll(/^\| \[?([a-z-]+(?:\/[a-z-]+)?)\]?/gm)].map(([, folder]) => folder ?? '');
    expect(folders).toContain('deploy');
    expect(folders.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
  });
});

describe('everything written', () => {
  it('names commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    expect(findBad(files, /\bnpm run ([a-z][a-z:-]*)/g, (name) => name in scripts)).toEqual([]);
  });

  it('names no host of a package registry: which one is used is set on the machine', () => {
    expect(findBad(files, REGISTRY_HOST, () => false)).toEqual([]);
  });

  it('names no path of the machine it was written on', () => {
    const isGood = (path: string): boolean => !HOME.test(path) && (OF_EVERY_LINUX.test(path) || !existsSync(path));
    expect(findBad(files, ABSOLUTE_PATH, isGood)).toEqual([]);
    expect(files.filter(({ text }) => text.includes(`${root}/`)).map(({ path }) => path)).toEqual([]);
  });
});
