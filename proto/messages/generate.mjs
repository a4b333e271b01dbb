// Generates gen/messages.js and .d.ts from the .proto files; run through `npm run generate`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const cli = dirname(require.resolve('protobufjs-cli/package.json'));
const gen = join(here, 'gen');
const protos = readdirSync(join(here, 'healthcode/v1')).filter((name) => name.endsWith('.proto')).map((name) => join('healthcode/v1', name));

const newest = Math.max(...[...protos, 'generate.mjs'].map((name) => statSync(join(here, name)).mtimeMs));
const target = join(gen, 'messages.d.ts');
if (!existsSync(target) || statSync(target).mtimeMs < newest) {
  mkdirSync(gen, { recursive: true });
  const run = (bin, ...args) => execFileSync(process.execPath, [join(cli, 'bin', bin), ...args], { cwd: here, stdio: 'inherit' });
  run('pbjs', '-t', 'static-module', '-w', 'es6', '--es6', '--no-delimited', '--no-verify', '--force-number', '--path', '.', '-o', 'gen/messages.js', ...protos);
  run('pbts', '-o', 'gen/messages.d.ts', 'gen/messages.js');
}
