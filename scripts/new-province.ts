// Run to add a province: `npm run new-province -- <slug> <code>` writes its folder, its stand-in and its line in the registry.
import { parseArgs } from 'node:util';
import { NewProvinceError, writeProvinceFolder, type WrittenProvince } from './new-province/write-province-folder.js';

const USAGE = `Writes the folder of another province, with a stand-in for its local system.

  npm run new-province -- <slug> <code> [--direct]

  <slug>     English name in kebab-case: zhejiang, inner-mongolia
  <code>     GB/T 2260 code: 330000
  --direct   the province uses the national code itself: nothing is left to fill in

Without --direct the folder compiles and passes the contract test except for what must be filled in, which the test lists.`;

function report(slug: string, { folder, files, fillIns }: WrittenProvince): void {
  console.log(`${folder}: ${String(files.length)} files, and a line in registry.ts`);
  if (fillIns.length > 0)
    console.log(`\nTo be filled in (delete each FILL IN line when done):\n  ${fillIns.join('\n  ')}`);
  console.log(
    `\nThe questions it has to answer:\n  npx vitest run --project integration province-adapter/src/provinces -t ${slug}`,
  );
}

function run(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { direct: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [slug, code, ...rest] = positionals;
  if (slug === undefined || code === undefined || rest.length > 0)
    throw new NewProvinceError('ARGUMENTS_INVALID', USAGE);
  report(slug, writeProvinceFolder(process.cwd(), slug, code, values.direct ? 'direct' : 'convert'));
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
