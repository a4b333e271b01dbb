// Run to see what this is for: `npm run story -- joining` walks a province to its first recognised code, `-- offline` a gate through an hour without a network.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { RECOGNITION_NODES } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { CommandError, EXIT } from './access/command-error.js';
import { parseCommandLine, printCommands, type CommandSpecification } from './access/command-line.js';
import { explain } from './access/explain.js';
import { withHubChannel } from './access/hub-channel.js';
import { kitOf } from './province/run-kit.js';
import { joiningSteps } from './story/joining.js';
import { offlineSteps } from './story/offline.js';
import { openPlace, provinceFor, type StoryPlace } from './story/place.js';
import { StoryFailure, tell, type StoryStep, type ToldStep, type ToldStory } from './story/tell.js';

const STORIES = {
  joining: { usage: '[--province SLUG]', summary: 'one province from its invitation to its first recognised code at another province’s checkpoint, and out again', options: { province: { type: 'string' } } },
  offline: { usage: '', summary: 'a gate whose network is cut, over an hour of codes: every verdict compared with what must come, and the way back' },
} as const satisfies Readonly<Record<string, CommandSpecification>>;

const SHARED_OPTIONS = { json: { type: 'boolean' }, data: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

const HELP = `Tells a story step by step, each with its time, and fails if any step does.

${printCommands('story', STORIES)}

joining: in the country that runs on this machine, or else in a small one that is brought up for it and gone afterwards. offline: always in
one of its own, since its hub is killed.

Options
  --province SLUG  which province joins (default: hainan, or the first in direct mode that is not there)
  --data FOLDER    joining: folder of the running country (default: that of \`npm start\`, else of \`npm run country\`)
  --json           one JSON object at the end (\`npm run -s story\` keeps npm's own lines out)

Exit code: 0 every step was done, 1 one was not, 2 the country could not be brought up.`;

/** Standard output is for the story. */
const say = (line: string): void => {
  console.error(`  ${line}`);
};

function printStep({ title, seconds, detail, isDone, isMeasured }: ToldStep, number: number): string {
  const mark = isDone ? styleText('green', '✓') : styleText('red', '✗');
  const time = `${seconds.toFixed(1)} s${isMeasured ? '' : ' (not counted)'}`;
  return `${mark} ${String(number).padStart(2)}. ${title}  ${styleText('gray', time)}\n${detail.replace(/^/gm, '       ')}`;
}

/** What the command line asks for. */
interface Telling {
  readonly slug: string | undefined;
  readonly isJson: boolean;
  /** Of everything the province keeps. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Members and applicants: also those whose adapter does not run. */
async function memberSlugs({ country }: StoryPlace): Promise<readonly string[]> {
  const listener = { address: country.addresses.hub.grpc, authority: readFileSync(country.pki('server-ca.crt')) };
  const { members } = await withHubChannel(listener, country.certificateOf('operator-a'), ({ operator }) => operator.listMembers({}));
  return members.filter(({ state }) => state !== v1.MembershipState.MEMBERSHIP_STATE_LEFT).map((member) => member.slug ?? '');
}

async function joining(place: StoryPlace, { slug, isJson, folder, signal }: Telling): Promise<ToldStory> {
  const present = Object.keys(place.country.addresses.adapters);
  const province = provinceFor(slug, [...present, ...(await memberSlugs(place))]);
  const other = RECOGNITION_NODES.find((node) => present.includes(node.slug) && node.slug !== province.slug);
  if (other === undefined) throw new CommandError('no other province runs there', 'Start the whole country: npm start');
  return tellSteps(joiningSteps({ place, province, other, folder, runKit: kitOf({ province, signal, say }) }), isJson);
}

function tellSteps(steps: readonly StoryStep[], isJson: boolean): Promise<ToldStory> {
  let number = 0;
  const onTold = (step: ToldStep): void => {
    number += 1;
    if (!isJson) console.log(printStep(step, number));
  };
  return tell(steps, onTold, (error) => (error instanceof StoryFailure ? error.message : explain(error, '').text));
}

/** How a story is told, and what to end when it was, or was broken off. */
interface Stage {
  readonly tell: () => Promise<ToldStory>;
  /** What its times come to. */
  readonly total: (story: ToldStory) => string;
  readonly end: () => Promise<void>;
}

async function joiningStage(telling: Telling, dataPath: string | undefined): Promise<Stage> {
  const place = await openPlace(dataPath, say);
  return {
    tell: () => joining(place, telling),
    total: ({ measuredSeconds }) => `${measuredSeconds.toFixed(1)} s from the application to the first recognised code, conformance included`,
    end: () => place.stop(),
  };
}

function offlineStage({ folder, isJson }: Telling): Stage {
  const { steps, end } = offlineSteps(folder, say);
  return {
    tell: () => tellSteps(steps, isJson),
    total: ({ measuredSeconds }) => `every verdict was right, in ${measuredSeconds.toFixed(0)} s`,
    end,
  };
}

async function main(argv: readonly string[]): Promise<boolean> {
  const given = parseCommandLine(STORIES, SHARED_OPTIONS, argv);
  if (given === 'help') {
    console.log(HELP);
    return true;
  }
  const { command, options } = given;
  const isJson = options.isSet('json');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const folder = mkdtempSync(join(tmpdir(), `health-code-${command}-`));
  const telling = { slug: options.find('province'), isJson, folder, signal: stop.signal };
  const stage = command === 'joining' ? await joiningStage(telling, options.find('data')) : offlineStage(telling);
  const aborted = new Promise<never>((_resolve, reject) => {
    stop.signal.addEventListener('abort', () => reject(new CommandError('the story was ended before it was told', 'Repeat it.')));
  });
  try {
    const story = await Promise.race([stage.tell(), aborted]);
    console.log(isJson ? JSON.stringify(story) : styleText(story.isDone ? 'green' : 'red', story.isDone ? `\nEvery step was done: ${stage.total(story)}.` : '\nA step was not done.'));
    return story.isDone;
  } finally {
    await stage.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exit((await main(process.argv.slice(2))) ? EXIT.done : EXIT.refused);
} catch (error) {
  const { text, exitCode } = explain(error, HELP);
  console.error(text);
  process.exit(exitCode);
}
