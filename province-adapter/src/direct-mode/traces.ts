import type { CodeForm } from '../national-code-port.js';
import type { StoredMaking } from './national-code-store.js';
import { toSeconds, type NationalCodeContext } from './national-code-route.js';

/** For how long it is told who made a code for somebody, in seconds. Ours. */
const KEPT_FOR = 31 * 86_400;
const HOUR = 3600;

const hourOf = (seconds: number): number => Math.floor(seconds / HOUR);

/**
 * Writes down that an agent makes a code for a person: who, in which form, when. Before the code is made, so that there is none without
 * its trace. What one agent makes within an hour is one row with a count: a page renews a code every minute.
 */
export async function traceMaking({ store, now }: NationalCodeContext, agentReference: string, subjectReference: string, form: CodeForm): Promise<void> {
  const agent = await store.agents.find(agentReference);
  const at = toSeconds(now());
  const isSameRow = (row: StoredMaking): boolean => row.agentReference === agentReference && row.form === form && hourOf(row.firstAt) === hourOf(at);
  await store.traces.putIfAbsent(subjectReference, { made: [] });
  await store.traces.change(subjectReference, ({ made }) => {
    const kept = made.filter(({ lastAt }) => lastAt > at - KEPT_FOR);
    const former = kept.find(isSameRow);
    const row: StoredMaking = {
      agentReference,
      maskedName: agent?.maskedName ?? '',
      relationship: agent?.kin?.[subjectReference]?.relationship ?? 'other',
      form,
      firstAt: former?.firstAt ?? at,
      lastAt: at,
      count: (former?.count ?? 0) + 1,
    };
    return { made: [...kept.filter((other) => !isSameRow(other)), row] };
  });
}

/** What agents made for a person, the latest first. @param by one agent, who sees of others nothing */
export async function listMade({ store, now }: NationalCodeContext, subjectReference: string, by?: string): Promise<readonly StoredMaking[]> {
  const { made } = (await store.traces.find(subjectReference)) ?? { made: [] };
  const since = toSeconds(now()) - KEPT_FOR;
  return made
    .filter(({ agentReference, lastAt }) => lastAt > since && (by === undefined || agentReference === by))
    .sort((one, other) => other.lastAt - one.lastAt);
}
