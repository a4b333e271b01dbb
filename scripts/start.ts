// Run to see it work: `npm start` brings up a whole country on this machine, walks a traveller through and stays up until Ctrl-C.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { defaultDataPath } from '../deploy/embedded/checkout.js';
import { superviseCountry, type Country } from '../deploy/embedded/country.js';
import { DeploymentError } from '../deploy/embedded/errors.js';
import { DEFAULT_PROVINCES } from '../deploy/embedded/province-seat.js';
import { printStep, printWaysIn } from './start/print-country.js';
import { walk } from './walk/walk.js';
import { openWayIn } from './walk/way-in.js';

const USAGE = `Starts PostgreSQL, NATS, the hub, five provinces and their local systems as processes of this machine, and walks a traveller through.

  npm start              stays up until Ctrl-C
  npm start -- --once    stops after the walk; exit code 0 when every step was as expected

Data, logs and addresses are in .data/ (removed by: npm run reset).
DATABASE_URL  a PostgreSQL server to use instead of the embedded one; its user must be allowed to create databases
NATS_URL      a NATS server with JetStream, in operator mode, to use instead (nats://host:4222); with it
NATS_ACCOUNT_SEED_FILE  a file with the seed (SA…) that signs users of its account, and, where that is a signing key's,
NATS_ACCOUNT  the account's public key (A…)`;

const say = (line: string): void => {
  console.log(`  ${line}`);
};

async function walkThrough(country: Country, staysUp: boolean): Promise<boolean> {
  const attestationFile = join(defaultDataPath(), 'traveller-attestation.txt');
  const wayIn = openWayIn(country.addresses, defaultDataPath());
  let number = 0;
  try {
    console.log(styleText('bold', '\nOne traveller'));
    const { passed, attestation } = await walk(wayIn, (step) => {
      number += 1;
      console.log(printStep(step, number));
    });
    // No line end: whoever sends the file's bytes as a code would send it along, and the form of an attestation is strict.
    writeFileSync(attestationFile, attestation, { mode: 0o600 });
    console.log(passed ? styleText('green', '\nEvery step was as expected.') : styleText('red', '\nNot every step was as expected.'));
    if (staysUp) console.log(printWaysIn(country.addresses, relative(process.cwd(), attestationFile), relative(process.cwd(), join(defaultDataPath(), 'secrets', 'pki'))));
    return passed;
  } finally {
    wayIn.close();
  }
}

/** Resolves at the first request to stop; later ones change nothing, since stopping is bounded in time. */
function stopRequest(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        resolve(signal);
      });
    }
  });
}

async function main(once: boolean): Promise<boolean> {
  let wellDone = true;
  const supervisor = superviseCountry({
    dataPath: defaultDataPath(),
    provinces: DEFAULT_PROVINCES,
    environment: process.env,
    announce: say,
    onEnded: (failure) => {
      wellDone = false;
      console.error(styleText('red', failure.message));
      say('nothing starts it again by itself and the rest runs on; stop it and `npm start` again to have everything back');
    },
  });
  const stopRequested = stopRequest();
  const run = async (): Promise<void> => {
    console.log(styleText('bold', 'Starting the country'));
    const country = await supervisor.start();
    wellDone = (await walkThrough(country, !once)) && wellDone;
    if (once) return;
    console.log('Running until Ctrl-C.');
    await stopRequested;
  };
  try {
    await Promise.race([run(), stopRequested]);
  } finally {
    console.log('Stopping …');
    await supervisor.stop();
  }
  return wellDone;
}

/** Undefined for a command line that is not understood, once that was said. */
function parseOptions(): { readonly once: boolean; readonly help: boolean } | undefined {
  try {
    return parseArgs({ options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

const options = parseOptions();
if (options === undefined) {
  process.exitCode = 1;
} else if (options.help) {
  console.log(USAGE);
} else {
  try {
    process.exit((await main(options.once)) ? 0 : 1);
  } catch (error) {
    console.error(error instanceof DeploymentError ? error.message : error);
    process.exit(1);
  }
}
