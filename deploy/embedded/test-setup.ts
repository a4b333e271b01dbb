import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { endLeftovers, findSupervisor, openDataDirectory } from './data-directory.js';
import { NATS_SERVER, findProgram, programPath } from './debian-package.js';
import { clusterDirectory, startPostgres } from './postgres.js';

const CHECKOUT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const RUNS = join(CHECKOUT, '.data', 'test-runs');

function removeRun(directory: string): void {
  const cluster = dirname(clusterDirectory(directory));
  for (const path of [directory, cluster]) rmSync(path, { recursive: true, force: true });
}

/** Ends and removes what test runs left that were killed. */
async function removeLeftRuns(): Promise<void> {
  for (const name of existsSync(RUNS) ? readdirSync(RUNS) : []) {
    const directory = join(RUNS, name);
    if (findSupervisor(directory) !== undefined) continue;
    await endLeftovers(directory);
    removeRun(directory);
  }
}

/** Starts one PostgreSQL and finds NATS for this run of the integration tests; see test-services.ts for their use. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftRuns();
  const announce = (line: string): void => {
    console.error(line);
  };
  const server = await findProgram(NATS_SERVER, { cache: join(CHECKOUT, '.cache', 'debian'), path: programPath(process.env['PATH']), announce });
  const data = await openDataDirectory(join(RUNS, String(process.pid)));
  const postgres = await startPostgres(data);
  project.provide('DATABASE_URL', postgres.url('postgres'));
  project.provide('NATS_SERVER', server);
  return async () => {
    await postgres.child?.stop(5000);
    data.release();
    removeRun(data.path);
  };
}
