import { setTimeout as delay } from 'node:timers/promises';
import type { v1 } from '@health-code/messages';
import { z } from 'zod';
import { persistUntil } from './persist-until.js';
import type { LiveTally } from './live-tally.js';
import type { CountryNode } from './nodes.js';
import { nextColour, pick, type Traveller } from './population.js';
import { answerOf, checkpointIn, showCode } from './show-code.js';

/** What changes of colour need. */
export interface ChangeOptions {
  readonly checkpoint: Pick<v1.Checkpoint, 'verifyCode'>;
  readonly nodes: readonly CountryNode[];
  readonly population: readonly Traveller[];
  /** `host:port` of each adapter's health pages, by slug. */
  readonly adapters: Readonly<Record<string, string>>;
  readonly tally: Pick<LiveTally, 'addChange' | 'addChangeNotSeen'>;
  /** Changes a minute. */
  readonly changesPerMinute: number;
  readonly isPaused: () => boolean;
  /** 0 to 1, exclusive of 1. */
  readonly random: () => number;
}

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 5000;
const HEALTH = z.object({ hub: z.object({ isLocalSystemFollowed: z.boolean() }) });
/** Share of the changes that bring somebody back to green, where somebody is not: most people are green most of the time. */
const BACK_TO_GREEN = 0.7;

/** Whether changes of the local system come by themselves, by push or poll; its adapter knows. */
async function isFollowed(address: string | undefined): Promise<boolean> {
  const response = await fetch(`http://${address ?? ''}/health/ready`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return HEALTH.parse(await response.json()).hub.isLocalSystemFollowed;
}

/**
 * Changes somebody's colour in the local system and waits until a checkpoint elsewhere is told: where changes come by themselves, of
 * the person without asking the home province; else when a fresh code is shown, since nobody hears of it before.
 */
async function changeOnce(traveller: Traveller, to: CountryNode, { checkpoint, adapters, tally, random }: ChangeOptions, stop: AbortSignal): Promise<void> {
  const { home, person } = traveller;
  const colour = nextColour(traveller.colour, random);
  traveller.isChanging = true;
  traveller.changes += 1;
  try {
    const followed = await isFollowed(adapters[home.slug]);
    const begun = performance.now();
    await home.standIn.setStatus(person, home.wordOf(colour));
    traveller.colour = colour;
    const isTold = async (): Promise<boolean> => {
      if (!followed) return (await showCode(checkpoint, home, person, to)).answer.status === colour;
      const identityDocument = { type: person.documentType, number: person.documentNumber };
      return answerOf((await checkpoint.verifyCode({ context: checkpointIn(to.code), identityDocument })).verdict).status === colour;
    };
    if (await persistUntil(isTold, stop)) tally.addChange(followed ? 'followed' : 'asked', performance.now() - begun);
    else if (!stop.aborted) tally.addChangeNotSeen(home.slug);
  } catch {
    if (!stop.aborted) tally.addChangeNotSeen(home.slug);
  } finally {
    // Whoever was shown a code meanwhile may have seen either colour.
    traveller.changes += 1;
    traveller.isChanging = false;
  }
}

/** Changes colours until `stop` is aborted. What is under way then counts no more. */
export async function changeColours(options: ChangeOptions, stop: AbortSignal): Promise<void> {
  const { nodes, population, random, changesPerMinute } = options;
  if (changesPerMinute === 0) return;
  const nextIsDue = (): Promise<boolean> => delay(MINUTE_MS / changesPerMinute, true, { signal: stop }).catch(() => false);
  while (await nextIsDue()) {
    if (options.isPaused()) continue;
    const settled = population.filter(({ mayChange, isChanging }) => mayChange && !isChanging);
    const notGreen = settled.filter(({ colour }) => colour !== 'green');
    const candidates = notGreen.length > 0 && random() < BACK_TO_GREEN ? notGreen : settled;
    if (candidates.length === 0) continue;
    const traveller = pick(candidates, random);
    const to = pick(nodes.filter((node) => node !== traveller.home), random);
    void changeOnce(traveller, to, options, stop);
  }
}
