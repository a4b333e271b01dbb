// Run to begin anew: `npm run reset` removes the data that `npm start` and `npm run country` keep. Asks nothing; refuses while the system runs.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultDataPath } from '../deploy/embedded/checkout.js';
import { endLeftovers, findSupervisor } from '../deploy/embedded/data-directory.js';
import { isRoot } from '../deploy/embedded/postgres-binaries.js';
import { clusterDirectory } from '../deploy/embedded/postgres.js';

const USAGE = `Removes what \`npm start\` and \`npm run country\` keep: databases, streams, secrets, keys and logs. Downloaded packages in .cache/ stay.

  npm run reset

Databases on a server named by DATABASE_URL are not touched.`;

/** Every data directory below `.data/`: of `npm start` itself, of `npm run country`, of test runs and of benchmarks. */
function dataDirectories(root: string): readonly string[] {
  if (!existsSync(root)) return [];
  const folders = readdirSync(root, { withFileTypes: true, recursive: true }).filter((entry) => entry.isDirectory() && entry.name === 'secrets');
  return [root, ...folders.map(({ parentPath }) => parentPath).filter((path) => path !== root)];
}

async function reset(): Promise<boolean> {
  const directories = dataDirectories(defaultDataPath());
  for (const directory of directories) {
    const supervisor = findSupervisor(directory);
    if (supervisor === undefined) continue;
    console.error(`Process ${String(supervisor.pid)} is using ${directory}: stop it first (Ctrl-C). Nothing was removed.`);
    return false;
  }
  for (const directory of directories) {
    for (const name of await endLeftovers(directory)) console.log(`ended ${name}, left over from a run that was killed`);
  }
  const clusters = isRoot() ? directories.map((directory) => dirname(clusterDirectory(directory))) : [];
  const removable = [...clusters, ...directories.slice(0, 1)].filter((path) => existsSync(path));
  for (const path of removable) {
    rmSync(path, { recursive: true, force: true });
    console.log(`removed ${path}`);
  }
  if (removable.length === 0) console.log('there was nothing to remove');
  return true;
}

/** What is not understood removes nothing. */
function parseHelp(): boolean | undefined {
  try {
    return parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } }).values.help;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

const help = parseHelp();
if (help === true) console.log(USAGE);
else process.exitCode = help === false && (await reset()) ? 0 : 1;
