import { maskName } from '../stand-in/synthetic-people.js';
import type { DeclareHealth } from './national-code.js';
import { standingAt, type StoredAgent, type StoredKin } from './national-code-store.js';
import { toSeconds, type NationalCodeContext } from './national-code-route.js';

/** 代办: for how many people somebody may act at once. Ours; a family, and not a counter that sells codes. */
export const MAX_DEPENDANTS = 8;

/** For how long an agent is told that a right has ended, in seconds. */
const ENDED_SHOWN = 14 * 86_400;

/** Why an agent acts for a person no more: the declaration ended, or the person has declared alone since. */
export type EndOfRight = 'declaration-ended' | 'declared-alone';

/** What an agent may do for a person. */
export type AgentRight = { readonly state: 'stands' } | { readonly state: 'none' } | { readonly state: 'ended'; readonly because: EndOfRight };

/** Whether an agent is told of somebody still: while the declaration stands, and for a while after it. @param nowSeconds since the epoch */
export const isRemembered = ({ until }: StoredKin, nowSeconds: number): boolean => until > nowSeconds - ENDED_SHOWN;

/** Own properties alone: a reference is text from outside. */
const kinOf = (agent: StoredAgent | undefined, subjectReference: string): StoredKin | undefined =>
  agent?.kin !== undefined && Object.hasOwn(agent.kin, subjectReference) ? agent.kin[subjectReference] : undefined;

/**
 * Takes a person in among those an agent acts for, atomically.
 *
 * @param validUntil seconds since the epoch: the end of the declaration, and of the right that comes with it
 * @returns whether there was room
 */
export async function takeDependant(
  { store, now }: NationalCodeContext,
  agent: NonNullable<DeclareHealth['agent']>,
  { subjectReference, name }: DeclareHealth,
  validUntil: number,
): Promise<boolean> {
  let hasRoom = false;
  await store.agents.putIfAbsent(agent.subjectReference, { dependants: {} });
  await store.agents.change(agent.subjectReference, ({ dependants, kin = {} }) => {
    const seconds = toSeconds(now());
    const standing = standingAt(dependants, seconds);
    hasRoom = Object.hasOwn(standing, subjectReference) || Object.keys(standing).length < MAX_DEPENDANTS;
    if (!hasRoom) return undefined;
    const remembered = Object.entries(kin).filter(([, former]) => isRemembered(former, seconds));
    return {
      dependants: { ...standing, [subjectReference]: validUntil },
      maskedName: maskName(agent.name),
      kin: { ...Object.fromEntries(remembered), [subjectReference]: { relationship: agent.relationship, maskedName: maskName(name), until: validUntil } },
    };
  });
  return hasRoom;
}

/**
 * What somebody may do for a person: the person everything, and so whoever declared for the person while that declaration holds. That an
 * empty reference is the person, the caller vouches for: this holds honest callers, see README.md.
 */
export async function findRight({ store, now }: NationalCodeContext, agentReference: string, subjectReference: string): Promise<AgentRight> {
  if (agentReference === '' || agentReference === subjectReference) return { state: 'stands' };
  const agents = (await store.references.find(subjectReference))?.agents ?? {};
  if (Object.hasOwn(standingAt(agents, toSeconds(now())), agentReference)) return { state: 'stands' };
  if (Object.hasOwn(agents, agentReference)) return { state: 'ended', because: 'declaration-ended' };
  const kin = kinOf(await store.agents.find(agentReference), subjectReference);
  if (kin === undefined) return { state: 'none' };
  return { state: 'ended', because: kin.until <= toSeconds(now()) ? 'declaration-ended' : 'declared-alone' };
}
