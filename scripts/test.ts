// Run before every push: `npm test` runs everything that must pass and ends with one line, `N passed, N failed`.
import { parseArgs, styleText } from 'node:util';
import { CHECKS } from './test/checks.js';

const names = CHECKS.map(({ name }) => name);
const USAGE = `Runs everything that must pass and ends with one line: N passed, N failed. Every test case and every other check counts as one.

  npm test
  npm test -- --only unit,integration     some of: ${names.join(', ')}

One file: npx vitest run --project unit|integration|e2e <path>`;

async function runChecks(only: readonly string[]): Promise<boolean> {
  let [passed, failed] = [0, 0];
  const failures: string[] = [];
  for (const check of CHECKS.filter(({ name }) => only.length === 0 || only.includes(name))) {
    console.log(styleText('bold', `\n── ${check.title} ──`));
    const begun = Date.now();
    const tally = await check.run();
    passed += tally.passed;
    failed += tally.failed;
    for (const remark of tally.remarks) console.log(`  ${remark}`);
    const outcome = `${check.name}: ${String(tally.passed)} passed, ${String(tally.failed)} failed (${((Date.now() - begun) / 1000).toFixed(1)} s)`;
    if (tally.failed > 0) failures.push(outcome);
    console.log(styleText(tally.failed === 0 ? 'green' : 'red', outcome));
  }
  if (failures.length > 0) console.log(`\nNot passed:\n${failures.map((line) => `  ${line}`).join('\n')}`);
  // Read by machines: alone on its line, without colour.
  console.log(`\n${String(passed)} passed, ${String(failed)} failed`);
  return failed === 0;
}

function parseOnly(text: string | undefined): readonly string[] {
  const only = text?.split(',') ?? [];
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new RangeError(`--only ${unknown.join(',')}: there are ${names.join(', ')}`);
  return only;
}

try {
  const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) console.log(USAGE);
  else process.exitCode = (await runChecks(parseOnly(values.only))) ? 0 : 1;
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 1;
}
