import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInContext, type Context } from 'node:vm';

import ts from 'typescript';

const require = createRequire(import.meta.url);

/** What a page has, and none of what Node adds. Intrinsics are shared, so that bytes are of one kind on both sides. */
export const WEB_GLOBALS = { crypto, TextEncoder, TextDecoder, atob, btoa, URL, structuredClone, Uint8Array, ArrayBuffer };

/** Loads a module and all it imports, in the form a browser would get, into a context without Node. */
export function loadWithoutNode(entry: string, context: Context): unknown {
  const loaded = new Map<string, { exports: unknown }>();
  const load = (path: string): unknown => {
    const known = loaded.get(path);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(path, module);
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    const options = { compilerOptions, fileName: path.replace('.mjs', '.js') };
    const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), options);
    const find = (specifier: string): unknown => load(locate(specifier, path));
    const text = `(function (exports, require, module) {${outputText}\n})`;
    const wrapped: unknown = runInContext(text, context, { filename: path });
    (wrapped as (exports: unknown, require: unknown, module: unknown) => void)(module.exports, find, module);
    return module.exports;
  };
  return load(entry);
}

/** Whoever bundles for a page takes this form of it; Node would take another. */
const FOR_BROWSERS: Readonly<Record<string, string>> = { fflate: 'fflate/browser' };

function locate(specifier: string, importer: string): string {
  if (specifier.startsWith('node:')) throw new Error(`${importer} imports ${specifier}`);
  const forBrowsers = FOR_BROWSERS[specifier];
  if (forBrowsers !== undefined) return require.resolve(forBrowsers);
  if (!specifier.startsWith('.')) return fileURLToPath(import.meta.resolve(specifier));
  const path = resolve(dirname(importer), specifier);
  return extname(importer) === '.ts' ? path.replace(/\.js$/, '.ts') : path;
}
