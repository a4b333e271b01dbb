// Run by a province: `npm run province -- <step>` joins, shows where it stands, exchanges keys, and leaves.
import type { Province } from '@health-code/attestation';
import { EXIT } from './access/command-error.js';
import { parseCommandLine, shortHelp, type Given, type GivenOptions } from './access/command-line.js';
import { explain } from './access/explain.js';
import { parseProvince } from './access/words.js';
import { carryOut, reportOutcome, type StepOutcome } from './province/carry-out.js';
import { PROVINCE_HELP, PROVINCE_STEPS, SHARED_OPTIONS, type ProvinceStep } from './province/commands.js';
import { conform, parseInterval, waitUnlessStopped } from './province/conform.js';
import { givenHome } from './province/find-home.js';
import { kitOf, practise, type KitOptions } from './province/run-kit.js';
import { givenLocalSystem, keepLocalSystem, type OwnLocalSystem } from './province/local-system.js';
import { runAdapter } from './province/run.js';

/** Aborted at the first request to stop. Only for steps that go on until then: the others are just ended. */
function stopRequest(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
    });
  }
  return stop.signal;
}

/** Standard output is for the answers where a machine reads it. */
const say = (line: string): void => {
  console.error(line);
};

const found = (options: GivenOptions, name: string, as: string): Readonly<Record<string, string>> => {
  const value = options.find(name);
  return value === undefined ? {} : { [as]: value };
};

function print(outcome: StepOutcome, options: GivenOptions): boolean {
  console.log(options.isSet('json') ? JSON.stringify(outcome.json) : outcome.text);
  return outcome.isDone;
}

/** How the kit is asked to run. */
const kitOptions = (province: Province, signal: AbortSignal, options: GivenOptions, localSystem?: OwnLocalSystem): KitOptions => ({
  province,
  signal,
  say,
  files: { ...found(options, 'report', 'report'), ...found(options, 'junit', 'junit') },
  localSystem,
  ...found(options, 'fixture', 'fixture'),
  ...found(options, 'settings', 'settings'),
  ...found(options, 'adapter-version', 'adapterVersion'),
});

/** The badge is renewed well before it ends; one attempt that fails is said, and the next one comes when it would have come. */
async function conformOnSchedule(options: GivenOptions): Promise<boolean> {
  const stop = stopRequest();
  if (options.isSet('practice')) return practise(kitOptions(parseProvince(options.get('province')), stop, options, givenLocalSystem(options, process.env)));
  const opened = givenHome(options);
  const localSystem = givenLocalSystem(options, process.env, opened);
  const home = keepLocalSystem(opened, localSystem);
  const every = options.find('every');
  const intervalMs = every === undefined ? undefined : parseInterval(every);
  const kit = kitOf(kitOptions(home.province, stop, options, localSystem));
  if (intervalMs === undefined) return print(reportOutcome(await conform(home, kit)), options);
  while (!stop.aborted) {
    try {
      print(reportOutcome(await conform(home, kit)), options);
    } catch (error) {
      say(explain(error, shortHelp('province', PROVINCE_STEPS, process.argv.slice(2))).text);
    }
    await waitUnlessStopped(intervalMs, stop);
  }
  return true;
}

async function take({ command, options }: Given<ProvinceStep>): Promise<boolean> {
  if (command === 'conformance') return conformOnSchedule(options);
  if (command === 'run') {
    const home = givenHome(options);
    const localSystem = givenLocalSystem(options, process.env, home);
    await runAdapter(keepLocalSystem(home, localSystem), { say, stop: stopRequest(), localSystem, ...found(options, 'checkpoint', 'checkpoint'), ...found(options, 'data', 'dataPath') });
    return true;
  }
  return print(await carryOut({ command, options }), options);
}

async function main(argv: readonly string[]): Promise<boolean> {
  const given = parseCommandLine(PROVINCE_STEPS, SHARED_OPTIONS, argv);
  if (given !== 'help') return take(given);
  console.log(PROVINCE_HELP);
  return true;
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? EXIT.done : EXIT.refused;
} catch (error) {
  const { text, exitCode } = explain(error, shortHelp('province', PROVINCE_STEPS, process.argv.slice(2)));
  console.error(text);
  process.exitCode = exitCode;
}
