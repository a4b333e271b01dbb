// Run to begin anew: `npm run reset` removes the data that `npm start` keeps. Asks nothing; refuses while the system runs.
import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { defaultDataPath } from '../deploy/embedded/checkout.js';
import { endLeftovers, findSupervisor } from '../deploy/embedded/data-directory.js';
import { isRoot } from '../deploy/embedded/postgres-binaries.js';
import { clusterDirectory } from '../deploy/embedded/postgres.js';

const USAGE = `Removes what \`npm start\` keeps: databases, streams, secrets, keys and logs. Downloaded packages in .cache/ stay.

  npm run reset

Databases on a server named by DATABASE_URL are not touched.`;

async function reset(): Promise<boolean> {
  const dataPath = defaultDataPath();
  const supervisor = findSupervisor(dataPath);
  if (supervisor !== undefined) {
    console.error(`The system is running (process ${String(supervisor.pid)}): stop it with Ctrl-C first. Nothing was removed.`);
    return false;
  }
  for (const name of await endLeftovers(dataPath)) console.log(`ended ${name}, left over from a start that was killed`);
  const removable = [dataPath, ...(isRoot() ? [dirname(clusterDirectory(dataPath))] : [])].filter((path) => existsSync(path));
  for (const path of removable) {
    rmSync(path, { recursive: true, force: true });
    console.log(`removed ${path}`);
  }
  if (removable.length === 0) console.log('there was nothing to remove');
  return true;
}

if (process.argv.includes('--help') || process.argv.includes('-h')) console.log(USAGE);
else process.exitCode = (await reset()) ? 0 : 1;
