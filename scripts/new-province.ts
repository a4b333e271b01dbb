// Run to connect a province: `npm run new-province -- <slug> <code>` writes its folder; `-- --check <slug>` says what is wrong
// with one, `-- --test <slug>` asks it the contract's questions.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { NewProvinceError, provinceFolder, writeProvinceFolder, type WrittenProvince } from './new-province/write-province-folder.js';

const USAGE = `Writes the folder of another province: a mapping file, its fixtures and a stand-in made from both. No code.

  npm run new-province -- <slug> <code> [--typescript]
  npm run new-province -- --check <slug>
  npm run new-province -- --test <slug>

  <slug>         English name in kebab-case: zhejiang, inner-mongolia
  <code>         GB/T 2260 code: 330000
  --typescript   the local system needs code: signed requests, several requests for one answer
  --check        reads a mapping and its fixtures, plays its answers, asks no system, and names file, line and field of all that is wrong
  --test         asks this folder alone every question that all provinces answer (a database of its own is started for it)

A province that uses the national code itself (direct mode) needs no folder and no command: it runs as it is.
docs/connect-a-province.md takes you from a local system to the contract test.`;

/** Services are processes: what reads a mapping is the adapter's own code. */
const CHECK = 'province-adapter/dist/mapping/check-mapping-main.js';

function check(slug: string): number {
  return spawnSync(process.execPath, [CHECK, provinceFolder(slug)], { stdio: 'inherit' }).status ?? 1;
}

/** Files whose questions are asked of every folder. */
const QUESTIONS = ['province-adapter/src/provinces/provinces.', 'province-adapter/src/mapping/recorded-exchanges.int.test.ts'];

/** The questions of one folder, without the hundreds that are the others'. */
function test(slug: string): number {
  provinceFolder(slug);
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration', ...QUESTIONS, '--testNamePattern', `(?<![\\w-])${slug}(?![\\w-])`, '--reporter', 'verbose', '--hideSkippedTests'];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}

function report(slug: string, { folder, files, fillIns }: WrittenProvince): void {
  console.log(`${folder}: ${String(files.length)} files. Nothing outside it was changed, and nothing has to be.`);
  console.log(`\nTo be filled in (delete each FILL IN line when done):\n  ${fillIns.join('\n  ')}`);
  if (files.some((file) => file.endsWith('mapping.yaml'))) console.log(`\nWhat is wrong with it:\n  npm run new-province -- --check ${slug}`);
  console.log(`\nThe questions it has to answer:\n  npm run new-province -- --test ${slug}`);
}

function run(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      typescript: { type: 'boolean', default: false },
      check: { type: 'string' },
      test: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { check: checked, test: tested } = values;
  const isAlone = positionals.length === 0 && (checked === undefined || tested === undefined);
  if (checked !== undefined && isAlone) return check(checked);
  if (tested !== undefined && isAlone) return test(tested);
  const [slug, code, ...rest] = positionals;
  if (slug === undefined || code === undefined || rest.length > 0 || checked !== undefined || tested !== undefined)
    throw new NewProvinceError('ARGUMENTS_INVALID', USAGE);
  report(slug, writeProvinceFolder(process.cwd(), slug, code, values.typescript ? 'typescript' : 'mapping'));
  return 0;
}

try {
  process.exitCode = run();
} catch (cause) {
  // parseArgs throws a TypeError that says which option it does not know.
  if (!(cause instanceof NewProvinceError || cause instanceof TypeError)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}
