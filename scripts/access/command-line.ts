import { parseArgs, type ParseArgsConfig } from 'node:util';
import { CommandLineError } from './command-error.js';

/** One command of a command line that has several. */
export interface CommandSpecification {
  /** What follows its name: `--province <slug>` and so on. */
  readonly usage: string;
  /** What it does, one line. */
  readonly summary: string;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** Names of what it takes without an option. */
  readonly positionals?: readonly string[];
}

/** What a command was asked. */
export class GivenOptions {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly named: Readonly<Record<string, string>>,
  ) {}

  /** The text of an option or of a named positional; undefined where it was not given. */
  find(name: string): string | undefined {
    const value = this.named[name] ?? this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** The same where it must be there. @throws CommandLineError */
  get(name: string): string {
    const value = this.find(name);
    if (value === undefined || value === '') throw new CommandLineError(`${name in this.named ? `<${name}>` : `--${name}`} is missing`);
    return value;
  }

  isSet(name: string): boolean {
    return this.values[name] === true;
  }

  /** A moment in ISO 8601. @throws CommandLineError */
  moment(name: string): Date {
    const text = this.get(name);
    const moment = new Date(text);
    // A day without a time would be midnight in one zone and not in another.
    if (Number.isNaN(moment.getTime()) || !/T.*(Z|[+-]\d\d:\d\d)$/.test(text)) throw new CommandLineError(`--${name} is a time with its zone, such as 2022-04-15T08:00:00+08:00`);
    return moment;
  }
}

/** A command line that was understood. */
export interface Given<Name extends string> {
  readonly command: Name;
  readonly options: GivenOptions;
}

/** Tokens and key ids: 32 bytes in base64url, of which one in 64 begins like an option. */
const LIKE_AN_OPTION = /^-[\w-]{42}$/;

/** Joins such values to their options, and puts those without one behind all options, where nothing is taken for one. */
export function holdValues(args: readonly string[]): string[] {
  const held: string[] = [];
  const behind: string[] = [];
  for (const argument of args) {
    const option = held.at(-1) ?? '';
    if (!LIKE_AN_OPTION.test(argument)) held.push(argument);
    else if (/^--[a-z-]+$/.test(option)) held.splice(-1, 1, `${option}=${argument}`);
    else behind.push(argument);
  }
  return behind.length === 0 ? held : [...held, '--', ...behind];
}

function parseOne(specification: CommandSpecification, shared: NonNullable<ParseArgsConfig['options']>, args: readonly string[]) {
  try {
    return parseArgs({ args: holdValues(args), allowPositionals: (specification.positionals ?? []).length > 0, options: { ...shared, ...specification.options } });
  } catch (error) {
    throw new CommandLineError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** `<options> <command> <options>` as `<command> <options>`: people give options where they think of them. */
function commandFirst(commands: Readonly<Record<string, CommandSpecification>>, shared: NonNullable<ParseArgsConfig['options']>, argv: readonly string[]): readonly string[] {
  const known = Object.assign({}, shared, ...Object.values(commands).map(({ options }) => options)) as NonNullable<ParseArgsConfig['options']>;
  let place = 0;
  for (let argument = argv[place]; argument?.startsWith('--') === true; argument = argv[place]) {
    const isFollowed = !argument.includes('=') && known[argument.slice(2)]?.type === 'string';
    place += isFollowed ? 2 : 1;
  }
  const command = argv[place];
  return command === undefined ? argv : [command, ...argv.slice(0, place), ...argv.slice(place + 1)];
}

/** The lines to show with a command line that was not understood: those of its command, or all names. */
export function shortHelp(npmCommand: string, commands: Readonly<Record<string, CommandSpecification>>, argv: readonly string[]): string {
  const name = argv.find((argument) => Object.hasOwn(commands, argument));
  const usage = name === undefined ? `<${Object.keys(commands).join(' | ')}> …` : `${name} ${commands[name]?.usage ?? ''}`.trimEnd();
  return `Usage: npm run ${npmCommand} -- ${usage}\nHelp:  npm run ${npmCommand} -- --help`;
}

/**
 * Reads `<command> <options>`, or options before the command.
 * @param shared options that every command takes; `help` among them
 * @throws CommandLineError
 */
export function parseCommandLine<Name extends string>(
  commands: Readonly<Record<Name, CommandSpecification>>,
  shared: NonNullable<ParseArgsConfig['options']>,
  argv: readonly string[],
): Given<Name> | 'help' {
  const [first, ...rest] = commandFirst(commands, shared, argv);
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') return 'help';
  if (!Object.hasOwn(commands, first)) throw new CommandLineError(`there is no ${JSON.stringify(first)}; there are ${Object.keys(commands).join(', ')}`);
  const command = first as Name;
  const specification = commands[command];
  const { values, positionals } = parseOne(specification, shared, rest);
  if (values['help'] === true) return 'help';
  const names = specification.positionals ?? [];
  if (positionals.length > names.length) throw new CommandLineError(`${command} takes no ${JSON.stringify(positionals[names.length])}`);
  const missing = names[positionals.length];
  if (missing !== undefined) throw new CommandLineError(`${command}: <${missing}> is missing`);
  return { command, options: new GivenOptions(values, Object.fromEntries(names.map((name, place) => [name, positionals[place] ?? '']))) };
}

/** A line for each command, for a help text. */
export function printCommands(npmCommand: string, commands: Readonly<Record<string, CommandSpecification>>): string {
  const lines = Object.entries(commands).map(([name, { usage, summary }]) => `  npm run ${npmCommand} -- ${`${name} ${usage}`.trimEnd()}\n      ${summary}`);
  return lines.join('\n');
}
