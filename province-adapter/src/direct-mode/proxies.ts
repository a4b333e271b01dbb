import { standingAt } from './national-code-store.js';
import { toSeconds, type NationalCodeContext } from './national-code-route.js';

/** 代办: for how many people somebody may act at once. Ours; a family, and not a counter that sells codes. */
export const MAX_DEPENDANTS = 8;

/**
 * Takes a person in among those an agent acts for, atomically.
 *
 * @param validUntil seconds since the epoch: the end of the declaration, and of the right that comes with it
 * @returns whether there was room
 */
export async function takeDependant(
  { store, now }: NationalCodeContext,
  agentReference: string,
  subjectReference: string,
  validUntil: number,
): Promise<boolean> {
  let hasRoom = false;
  await store.agents.putIfAbsent(agentReference, { dependants: {} });
  await store.agents.change(agentReference, ({ dependants }) => {
    const standing = standingAt(dependants, toSeconds(now()));
    hasRoom = Object.hasOwn(standing, subjectReference) || Object.keys(standing).length < MAX_DEPENDANTS;
    return hasRoom ? { dependants: { ...standing, [subjectReference]: validUntil } } : undefined;
  });
  return hasRoom;
}

/**
 * Whether somebody may act for a person: the person does, and whoever declared for the person while that declaration holds. That an
 * empty reference is the person, the caller vouches for: this holds honest callers, see README.md.
 */
export async function mayActFor(
  { store, now }: NationalCodeContext,
  agentReference: string,
  subjectReference: string,
): Promise<boolean> {
  if (agentReference === '' || agentReference === subjectReference) return true;
  const agents = (await store.references.find(subjectReference))?.agents ?? {};
  return Object.hasOwn(standingAt(agents, toSeconds(now())), agentReference);
}
