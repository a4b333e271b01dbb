import { setTimeout as delay } from 'node:timers/promises';
import type { v1 } from '@health-code/messages';
import type { LiveTally, Passage } from './live-tally.js';
import type { CountryNode } from './nodes.js';
import { pick, type Traveller } from './population.js';
import { askForTest, differencesOf, rightAnswer, showCode } from './show-code.js';

/** What travelling needs. */
export interface TravelOptions {
  readonly checkpoint: Pick<v1.Checkpoint, 'verifyCode'>;
  readonly nodes: readonly CountryNode[];
  readonly population: readonly Traveller[];
  readonly tally: Pick<LiveTally, 'addPassage' | 'addTest'>;
  /** Travellers a second, asked before each. */
  readonly rate: () => number;
  /** Share of the travellers who are asked for a nucleic-acid test too, 0 to 1. */
  readonly testShare: number;
  readonly isPaused: () => boolean;
  /** 0 to 1, exclusive of 1. */
  readonly random: () => number;
}

/** More under way than this: the country does not keep up, and who comes now waits. */
const AT_ONCE = 256;
const PAUSE_MS = 100;

async function passOnce(traveller: Traveller, to: CountryNode, checkpoint: TravelOptions['checkpoint']): Promise<Passage> {
  const { home, person, colour, changes } = traveller;
  try {
    const { answer, ms } = await showCode(checkpoint, home, person, to);
    if (answer.recognition !== 'recognised') return { kind: 'refused', home: home.slug, code: `${answer.recognition} ${answer.errorCode}`.trim(), ms };
    const isSettled = !traveller.isChanging && traveller.changes === changes;
    return { kind: 'recognised', home: home.slug, colour: answer.status, ms, problem: isSettled ? differencesOf(answer, rightAnswer(colour, home.code)) : '' };
  } catch (error) {
    return { kind: 'unanswered', home: home.slug, why: error instanceof Error ? error.message : String(error) };
  }
}

/** A test lets nobody pass by itself, whatever its result. Who gives no answer was counted with the colour. */
async function testOnce({ home, person }: Traveller, to: CountryNode, { checkpoint, tally }: TravelOptions, stop: AbortSignal): Promise<void> {
  try {
    const { outcome, advice } = await askForTest(checkpoint, home, person, to);
    if (!stop.aborted) tally.addTest(home.slug, outcome, advice === 'allow' ? 'a test lets somebody pass' : '');
  } catch {
    return;
  }
}

/** Sends travellers on their way until `stop` is aborted, at the rate asked for as long as the country keeps up. Who is under way then counts no more. */
export async function travel(options: TravelOptions, stop: AbortSignal): Promise<void> {
  const { checkpoint, nodes, population, tally, random } = options;
  let underWay = 0;
  let due = performance.now();
  while (!stop.aborted) {
    if (options.isPaused() || underWay >= AT_ONCE) {
      await delay(PAUSE_MS);
      due = performance.now();
      continue;
    }
    const traveller = pick(population, random);
    const to = pick(nodes.filter((node) => node !== traveller.home), random);
    underWay += 1;
    void passOnce(traveller, to, checkpoint).then(async (outcome) => {
      if (!stop.aborted) tally.addPassage(outcome);
      if (!stop.aborted && random() < options.testShare) await testOnce(traveller, to, options, stop);
      underWay -= 1;
    });
    due += 1000 / options.rate();
    const wait = due - performance.now();
    if (wait > 0) await delay(wait, undefined, { signal: stop }).catch(() => undefined);
  }
}
