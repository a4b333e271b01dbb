// Run to see a province join: `npm run story -- joining` walks one from its invitation to its first recognised code.
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
import { openPlace, provinceFor, type StoryPlace } from './story/place.js';
import { tell, type ToldStep, type ToldStory } from './story/tell.js';

const STORIES = {
  joining: { usage: '[--province SLUG]', summary: 'one province from its invitation to its first recognised code at another province’s checkpoint, and out again', options: { province: { type: 'string' } } },
} as const satisfies Readonly<Record<string, CommandSpecification>>;

const SHARED_OPTIONS = { json: { type: 'boolean' }, data: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

const HELP = `Tells a story step by step, each with its time, and fails if any step does.

${printCommands('story', STORIES)}

In the country that runs on this machine, or else in a small one that is brought up for it and gone afterwards.

Options
  --province SLUG  which province joins (default: hainan, or the first in direct mode that is not there)
  --data FOLDER    folder of the running country (default: that of \`npm start\`, else of \`npm run country\`)
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
  let number = 0;
  const steps = joiningSteps({ place, province, other, folder, runKit: kitOf({ province, signal, say }) });
  const onTold = (step: ToldStep): void => {
    number += 1;
    if (!isJson) console.log(printStep(step, number));
  };
  return tell(steps, onTold, (error) => explain(error, '').text);
}

async function main(argv: readonly string[]): Promise<boolean> {
  const given = parseCommandLine(STORIES, SHARED_OPTIONS, argv);
  if (given === 'help') {
    console.log(HELP);
    return true;
  }
  const isJson = given.options.isSet('json');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const folder = mkdtempSync(join(tmpdir(), 'health-code-joining-'));
  const place = await openPlace(given.options.find('data'), say);
  const aborted = new Promise<never>((_resolve, reject) => {
    stop.signal.addEventListener('abort', () => reject(new CommandError('the story was ended before it was told', 'Repeat it.')));
  });
  try {
    const story = await Promise.race([joining(place, { slug: given.options.find('province'), isJson, folder, signal: stop.signal }), aborted]);
    const total = `${story.measuredSeconds.toFixed(1)} s from the application to the first recognised code, conformance included`;
    console.log(isJson ? JSON.stringify(story) : styleText(story.isDone ? 'green' : 'red', story.isDone ? `\nEvery step was done: ${total}.` : '\nA step was not done.'));
    return story.isDone;
  } finally {
    await place.stop();
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
