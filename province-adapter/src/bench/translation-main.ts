// The translation alone: bytes of a local system's answer → local fields → standard record. Started by the benchmark as a process of its own.
import { PROVINCE_FOLDERS, type ProvinceFolder } from '../provinces/registry.js';
import { translateAnswer } from '../translate/translate-answer.js';
import { recordProvince, VERIFIER, withFetch, type RecordedProvince, type RecordedResponse, type RecordedScan } from './recorded-answers.js';

/** What was measured of one province. */
interface TranslationFigure {
  readonly slug: string;
  readonly form: string;
  /** Records a second on one processor; the median over the rounds. */
  readonly recordsPerSecond: number;
  /** The same bytes through nothing but `TextDecoder` and `JSON.parse`, as often a second. */
  readonly parsesPerSecond: number;
  /** Mean over the scans. */
  readonly bytes: number;
}

const ROUNDS = 5;
const WARM_UP_MS = 300;
/** Longer than a collection of garbage, shorter than patience. */
const ROUND_MS = 300;
/** Between two looks at the clock. */
const BATCH = 64;

const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Never aborted. A time limit belongs to the request, not to the translation, and thousands of timers a second would be measured instead. */
const NEVER = new AbortController().signal;

const chunksOf = (bytes: Uint8Array): Iterable<Uint8Array> => [bytes];

/** What a source reads of a response, and nothing that belongs to a socket. */
const responseOf = ({ status, contentType, bytes }: RecordedResponse): unknown => ({
  status,
  headers: { get: (name: string): string | null => (name === 'content-type' ? contentType : null) },
  body: { [Symbol.asyncIterator]: () => iterate(chunksOf(bytes)) },
  bodyUsed: true,
});

function iterate(chunks: Iterable<Uint8Array>): AsyncIterator<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return { next: () => Promise.resolve(iterator.next()) };
}

/** Answers each request of a scan with what was recorded, in order. */
function createReplay(): { readonly fetch: typeof fetch; readonly play: (scan: RecordedScan) => void } {
  let responses: readonly RecordedResponse[] = [];
  let next = 0;
  return {
    fetch: () => {
      const response = responses[next];
      next += 1;
      return response === undefined ? Promise.reject(new Error('asked more often than was recorded')) : Promise.resolve(responseOf(response) as Response);
    },
    play: (scan) => {
      ({ responses } = scan);
      next = 0;
    },
  };
}

/** How often a second `work` is done. */
async function rateOf(work: (turn: number) => Promise<void> | void, ms: number): Promise<number> {
  const begun = performance.now();
  let turns = 0;
  while (performance.now() - begun < ms) {
    for (let step = 0; step < BATCH; step += 1, turns += 1) await work(turns);
  }
  return (turns * 1000) / (performance.now() - begun);
}

/** Text that is no JSON is parsed as the JSON string that would hold it. */
function jsonBytes({ bytes }: RecordedResponse): Uint8Array {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return bytes;
  } catch {
    return Buffer.from(JSON.stringify(Buffer.from(bytes).toString('latin1')));
  }
}

async function measure(folder: ProvinceFolder, { province, source, scans }: RecordedProvince): Promise<TranslationFigure> {
  const replay = createReplay();
  const now = Math.floor(Date.now() / 1000);
  const inputs = scans.map(({ responses }) => responses.map(jsonBytes));
  const translate = async (turn: number): Promise<void> => {
    const scan = scans[turn % scans.length];
    if (scan === undefined) return;
    replay.play(scan);
    const record = translateAnswer(province, await source.readCode(scan.code, VERIFIER), now);
    if (record.availability !== 'available') throw new Error(`${folder.slug}: a recorded answer has no status`);
  };
  const parse = (turn: number): void => {
    for (const bytes of inputs[turn % inputs.length] ?? []) JSON.parse(new TextDecoder().decode(bytes));
  };
  return withFetch(replay.fetch, async () => {
    const [records, parses]: [number[], number[]] = [[], []];
    await rateOf(translate, WARM_UP_MS);
    await rateOf(parse, WARM_UP_MS);
    for (let round = 0; round < ROUNDS; round += 1) {
      records.push(await rateOf(translate, ROUND_MS));
      parses.push(await rateOf(parse, ROUND_MS));
    }
    const bytes = scans.reduce((sum, { responses }) => sum + responses.reduce((total, response) => total + response.bytes.length, 0), 0) / scans.length;
    return { slug: folder.slug, form: folder.form, recordsPerSecond: median(records), parsesPerSecond: median(parses), bytes: Math.round(bytes) };
  });
}

/** Every province with a folder of its own, and one of those that use the national code itself without any. */
const measured = [...PROVINCE_FOLDERS.filter(({ form }) => form !== 'direct'), ...PROVINCE_FOLDERS.filter(({ form }) => form === 'direct').slice(0, 1)];

const recorded: (readonly [ProvinceFolder, RecordedProvince])[] = [];
for (const folder of measured) recorded.push([folder, await recordProvince(folder)]);
AbortSignal.timeout = () => NEVER;
const figures: TranslationFigure[] = [];
for (const [folder, province] of recorded) figures.push(await measure(folder, province));
process.send?.(figures);
