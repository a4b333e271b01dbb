import { changeSuspension } from '../province/suspend.js';
import type { Gate } from './offline-gate.js';
import { change, holdingOf, peopleOf, personOf, showUntil, until, type Held } from './offline-people.js';
import { CAST, type OfflinePlace } from './offline-place.js';
import type { Travellers } from './offline-shown.js';
import { recognisedAs, refusedAs } from './offline-verdict.js';

const { pushing, polled, here, other } = CAST;

/** How long one change took to show at the gate. */
export interface Followed {
  readonly title: string;
  readonly ms: number;
  /** Until the adapter itself hears of it at most: a local system pushes, and is polled, each half second. */
  readonly unheardMs: number;
}

/** Everybody who changes while the gate is connected. */
export type Changing = Pick<Travellers, 'green' | 'yellow' | 'red' | 'superseded' | 'withdrawn' | 'suspended' | 'lifted' | 'redElsewhere' | 'meanwhile' | 'ending' | 'compact' | 'localCode'>;

/** What is stated of the one who is renewed holds this long, seconds: over half of it has to pass before, and the rest has to be left for the gate. */
const SHORT_LIFE_S = 60;
const HALF_AN_HOUR_S = 1800;
/** Of a local system: pushes, or is polled. */
const TICK_MS = 500;

const SUPERSEDED = refusedAs('superseded', 'ATTESTATION_SUPERSEDED');
const SUSPENDED = refusedAs('suspended', 'ATTESTATION_SUSPENDED');
const GREEN = recognisedAs('green');

const endsIn = (seconds: number) => ({ validUntil: String(Math.floor(Date.now() / 1000) + seconds) });

/** Somebody whose statement is short-lived, so that it is renewed within the story. */
export async function beginRenewal(place: OfflinePlace): Promise<Held> {
  return change(place, await holdingOf(place, pushing.slug, await personOf(place, pushing.slug, '00')), '00', endsIn(SHORT_LIFE_S));
}

/** Waits until over half of the short life is over and lets it be renewed: the same words, for longer. */
export async function renew(place: OfflinePlace, renewed: Held): Promise<Held> {
  const half = (renewed.issuedAt + renewed.expiresAt) / 2;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, half * 1000 + 1500 - Date.now())));
  return change(place, renewed, '00', endsIn(86_400));
}

/** Lets people of several provinces become something else, one after another, and measures each at the gate. */
export async function changePeople(place: OfflinePlace, gate: Gate): Promise<{ readonly people: Changing; readonly followed: readonly Followed[] }> {
  const followed: Followed[] = [];
  const adapter = { url: `http://${place.addresses.adapters[pushing.slug] ?? ''}` };
  const greens = await Promise.all((await peopleOf(place, pushing.slug, '00', 1, 7)).map((person) => holdingOf(place, pushing.slug, person)));
  const [green, changing, withdrawn, suspended, lifted, meanwhile, brief] = greens as [Held, Held, Held, Held, Held, Held, Held];
  const before = await holdingOf(place, polled.slug, await personOf(place, polled.slug, '00'));
  for (const { code } of [...greens, before]) await showUntil(gate.checkpoint, code, GREEN, 0);

  const follow = async (title: string, unheardMs: number, code: string, awaited: typeof GREEN, act: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    const [ms] = await Promise.all([showUntil(gate.checkpoint, code, awaited, began), act()]);
    followed.push({ title, ms, unheardMs });
  };
  await follow('green to yellow, pushed', TICK_MS, changing.code, SUPERSEDED, () => place.standIn(pushing.slug).setStatus(changing.person, '01'));
  const yellowThen = await until('the yellow', async () => notEqual(await holdingOf(place, pushing.slug, changing.person), changing));
  await follow('yellow to red, pushed', TICK_MS, yellowThen.code, SUPERSEDED, () => place.standIn(pushing.slug).setStatus(changing.person, '10'));
  const red = await until('the red', async () => notEqual(await holdingOf(place, pushing.slug, changing.person), yellowThen));
  const { '10': redThere } = await place.standIn(polled.slug).colours();
  await follow('green to red in another province, polled', TICK_MS, before.code, SUPERSEDED, () => place.standIn(polled.slug).setStatus(before.person, redThere));
  const redElsewhere = await until('the other red', async () => notEqual(await holdingOf(place, polled.slug, before.person), before));
  await follow('a withdrawal, pushed', TICK_MS, withdrawn.code, SUPERSEDED, () => place.standIn(pushing.slug).setStatus(withdrawn.person, '00', { availability: 'pending' }));
  await follow('a suspension by the province', 0, suspended.code, SUSPENDED, () => changeSuspension(adapter, suspended.sequence, 'suspend'));
  await follow('another', 0, lifted.code, SUSPENDED, () => changeSuspension(adapter, lifted.sequence, 'suspend'));
  await follow('its lifting', 0, lifted.code, GREEN, () => changeSuspension(adapter, lifted.sequence, 'lift'));

  const atHome = place.standIn(here.slug);
  return {
    people: {
      green, red, redElsewhere, withdrawn, suspended, lifted, meanwhile,
      superseded: [changing, yellowThen, before],
      yellow: await holdingOf(place, pushing.slug, await personOf(place, pushing.slug, '01')),
      ending: await change(place, brief, '00', endsIn(HALF_AN_HOUR_S)),
      compact: await holdingOf(place, other.slug, await personOf(place, other.slug, '00')),
      localCode: await atHome.showCode(await atHome.getPerson((await atHome.colours())['00'])),
    },
    followed,
  };
}

const notEqual = (held: Held, before: Held): Held | undefined => (held.sequence === before.sequence ? undefined : held);
