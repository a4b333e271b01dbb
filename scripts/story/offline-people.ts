import { setTimeout as delay } from 'node:timers/promises';
import { secondsFromTimestamp, type v1 } from '@health-code/messages';
import type { LocalPerson } from '../clients/stand-in.js';
import { contextIn, inWords, isSame, outcomeOf, type Outcome } from './offline-verdict.js';
import { StoryFailure } from './tell.js';
import { CAST, type OfflinePlace } from './offline-place.js';

/** What somebody carries: what their province last said of them. */
export interface Held {
  readonly person: LocalPerson;
  readonly slug: string;
  /** As it is shown. */
  readonly code: string;
  readonly sequence: number;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const PATIENCE_MS = 20_000;
const GLANCE_MS = 5;

const CODES: Readonly<Record<string, string>> = Object.fromEntries(Object.values(CAST).map(({ slug, code }) => [slug, code]));

/** Repeats until `attempt` gives something. @throws with `what`, after 20 s */
export async function until<T>(what: string, attempt: () => Promise<T | undefined>, everyMs = 100): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await attempt().catch((error: unknown) => {
      if (Date.now() > end) throw error;
      return undefined;
    });
    if (found !== undefined) return found;
    if (Date.now() > end) throw new StoryFailure(`${what}: not within ${String(PATIENCE_MS / 1000)} s`);
    await delay(everyMs);
  }
}

/** What the person's province says now, as a code to show; asked for by document. @throws where it is none */
export async function holdingOf({ parties }: OfflinePlace, slug: string, person: LocalPerson): Promise<Held> {
  const { verdict } = await parties.checkpoint.verifyCode({
    context: contextIn(CAST.here.code),
    identityDocument: { type: person.documentType, number: person.documentNumber, homeProvince: CODES[slug] ?? '' },
  });
  const code = Buffer.from(verdict?.attestation ?? []).toString();
  if (code === '') throw new StoryFailure(`${slug} states nothing: ${inWords(outcomeOf(verdict))}`);
  return { person, slug, code, sequence: Number(verdict?.sequence), issuedAt: secondsFromTimestamp(verdict?.issuedAt) ?? 0, expiresAt: secondsFromTimestamp(verdict?.expiresAt) ?? 0 };
}

/** The local system says something else; returns what the person holds then. */
export async function change(place: OfflinePlace, { person, slug, sequence }: Held, value: string, fields: Readonly<Record<string, string>> = {}): Promise<Held> {
  await place.standIn(slug).setStatus(person, value, fields);
  return until(`${slug} says it`, async () => {
    const held = await holdingOf(place, slug, person);
    return held.sequence > sequence ? held : undefined;
  });
}

/** Shows a code at a checkpoint. */
export async function show(checkpoint: v1.Checkpoint, code: string): Promise<Outcome> {
  const { verdict } = await checkpoint.verifyCode({ context: contextIn(CAST.here.code), code: Buffer.from(code) });
  return outcomeOf(verdict);
}

/** Shows a code again and again until this comes of it; milliseconds since `began`. */
export function showUntil(checkpoint: v1.Checkpoint, code: string, awaited: Outcome, began: number): Promise<number> {
  let last: Outcome | undefined;
  return until('the checkpoint', async () => {
    last = await show(checkpoint, code);
    return isSame(last, awaited) ? performance.now() - began : undefined;
  }, GLANCE_MS).catch((cause: unknown) => {
    throw new StoryFailure(`the checkpoint says ${last === undefined ? 'nothing' : inWords(last)} and not ${inWords(awaited)}`, { cause });
  });
}

/** So many people of a province with this colour and an identity card, those of before left out. */
export async function peopleOf(place: OfflinePlace, slug: string, colour: '00' | '01' | '10', from: number, count: number): Promise<readonly LocalPerson[]> {
  const standIn = place.standIn(slug);
  const value = (await standIn.colours())[colour];
  const found = (await standIn.people()).filter((person) => person.value === value && person.documentType === '01').slice(from, from + count);
  if (found.length < count) throw new StoryFailure(`${slug} has no ${String(from + count)} people of the colour ${colour}`);
  return found;
}

/** One of them, by their place among them. */
export async function personOf(place: OfflinePlace, slug: string, colour: '00' | '01' | '10', at = 0): Promise<LocalPerson> {
  const [person] = await peopleOf(place, slug, colour, at, 1);
  if (person === undefined) throw new StoryFailure(`${slug} has nobody of the colour ${colour}`);
  return person;
}
