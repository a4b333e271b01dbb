import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { tallyReport, type Tally } from './vitest-report.js';

/** One thing that must pass. */
export interface Check {
  readonly name: string;
  /** What it proves. */
  readonly title: string;
  readonly run: () => Promise<Tally>;
}

const HEARTBEAT_MS = 5000;

/** Runs a program of `node_modules/.bin`, in a folder of the checkout; its output is ours. Returns its exit code. */
function runProgram(program: string, args: readonly string[], folder: string): Promise<number> {
  const begun = Date.now();
  const heartbeat = setInterval(() => {
    console.log(`  … ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  }, HEARTBEAT_MS);
  return new Promise((resolve) => {
    const child = spawn(join(checkoutDirectory(), 'node_modules', '.bin', program), [...args], { cwd: join(checkoutDirectory(), folder), stdio: ['ignore', 'inherit', 'inherit'] });
    const end = (code: number): void => {
      clearInterval(heartbeat);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`${program} could not be run: ${error.message}`);
      end(1);
    });
    child.once('exit', (code) => {
      end(code ?? 1);
    });
  });
}

/** A check that passes when a program ends with exit code 0. */
function program(name: string, title: string, command: string, args: readonly string[], folder = '.'): Check {
  return {
    name,
    title,
    run: async () => ((await runProgram(command, args, folder)) === 0 ? { passed: 1, failed: 0, remarks: [] } : { passed: 0, failed: 1, remarks: [] }),
  };
}

/** A check that counts every test case of some projects of vitest.config.ts. */
function tests(name: string, title: string, projects: readonly string[]): Check {
  return {
    name,
    title,
    run: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'vitest-report-'));
      const report = join(folder, 'report.json');
      const selection = projects.flatMap((project) => ['--project', project]);
      const code = await runProgram('vitest', ['run', ...selection, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], '.');
      const tally = tallyReport(existsSync(report) ? readFileSync(report, 'utf8') : '');
      rmSync(folder, { recursive: true });
      return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1, remarks: [`vitest ended with exit code ${String(code)}`] } : tally;
    },
  };
}

/** Everything that must pass, in this order: what fails fast and explains most comes first. */
export const CHECKS: readonly Check[] = [
  program('types', 'Types (tsc --build)', 'tsc', ['--build']),
  program('lint', 'Lint (eslint)', 'eslint', ['.', '--max-warnings', '0']),
  program('architecture', 'Who may import whom (dependency-cruiser)', 'depcruise', [
    '--config', '.dependency-cruiser.cjs', 'proto/messages/src', 'proto/attestation/src', 'proto/checkpoint/src', 'hub/src', 'hub/web', 'province-adapter/src', 'deploy/embedded', 'scripts',
  ]),
  program('proto-lint', 'Protocol style (buf lint)', 'buf', ['lint'], 'proto/messages'),
  program('proto-breaking', 'Protocol compatible with the released one (buf breaking)', 'buf', ['breaking', '--against', 'baseline.binpb'], 'proto/messages'),
  tests('unit', 'Unit tests', ['unit']),
  tests('integration', 'Integration tests on real PostgreSQL and NATS', ['integration']),
  tests('e2e', 'End to end, on real processes', ['e2e']),
];
