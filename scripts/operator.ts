// Run by national operators: `npm run operator -- <command>` invites, admits, suspends, and shows who recognises whom.
import { setTimeout as delay } from 'node:timers/promises';
import { EXIT } from './access/command-error.js';
import { parseCommandLine, shortHelp, type GivenOptions } from './access/command-line.js';
import { explain } from './access/explain.js';
import { carryOut, type CommandOutcome } from './operator/carry-out.js';
import { OPERATOR_COMMANDS, OPERATOR_HELP, SHARED_OPTIONS } from './operator/commands.js';
import { openAsOperator } from './operator/operator-access.js';
import { carryOutPackageRoot } from './operator/package-root.js';

const WATCH_MS = 5000;
const CLEAR_SCREEN = '\u001b[2J\u001b[H';
const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

function show({ text, json }: CommandOutcome, options: GivenOptions, before = ''): void {
  console.log(`${before}${options.isSet('json') ? JSON.stringify(json) : text}`);
}

async function main(argv: readonly string[]): Promise<void> {
  const given = parseCommandLine(OPERATOR_COMMANDS, SHARED_OPTIONS, argv);
  if (given === 'help') {
    console.log(OPERATOR_HELP);
    return;
  }
  const { command, options } = given;
  if (command === 'package-root') {
    show(carryOutPackageRoot(options, nowInSeconds()), options);
    return;
  }
  const channel = openAsOperator(given.options);
  const isWatching = given.options.isSet('watch');
  try {
    do {
      show(await carryOut({ command, options }, channel, nowInSeconds()), options, isWatching && process.stdout.isTTY ? CLEAR_SCREEN : '');
      if (isWatching) await delay(WATCH_MS);
    } while (isWatching);
  } finally {
    channel.close();
  }
}

try {
  await main(process.argv.slice(2));
  process.exitCode = EXIT.done;
} catch (error) {
  const { text, exitCode } = explain(error, shortHelp('operator', OPERATOR_COMMANDS, process.argv.slice(2)));
  console.error(text);
  process.exitCode = exitCode;
}
