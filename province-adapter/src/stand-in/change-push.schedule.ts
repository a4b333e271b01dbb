import { setTimeout as delay } from 'node:timers/promises';
import type { Documents } from './documents.js';
import type { RunningLocalSystem } from './local-system.js';
import type { SyntheticPerson } from './synthetic-people.js';

/** How often changes are looked for, in milliseconds. */
const INTERVAL_MS = 500;

/** Longest wait for the adapter's answer, in milliseconds. */
const TIMEOUT_MS = 5000;

/** Most changes in one round; the rest follow in the next. */
const BATCH = 100;

/** Where changes are pushed to. */
export interface PushTarget {
  readonly url: string;
  /** Bearer token the endpoint demands. */
  readonly token?: string;
}

/** What was pushed so far, kept in the store so that a restart goes on where it stopped. */
interface PushCursor {
  readonly sequence: number;
}

/** What became of one push: `refused` will never be understood, `away` is to be sent again. */
export type PushOutcome = 'accepted' | 'refused' | 'away';

/**
 * Pushes one round of changes in their order. Ends at the first that finds the adapter away: it is tried again, and none overtakes
 * it. One that was refused does not hold up the people behind it.
 */
export async function pushChanges(
  documents: Documents,
  running: RunningLocalSystem,
  send: (body: unknown) => Promise<PushOutcome>,
): Promise<number> {
  const cursors = documents.collection<PushCursor>('push-cursor');
  const after = (await cursors.find('person'))?.sequence ?? 0;
  let pushed = 0;
  for (const change of await documents.collection<SyntheticPerson>('person').listAfter(after, BATCH)) {
    if ((await send(running.pushBody?.(change.body))) === 'away') break;
    await cursors.put('person', { sequence: change.sequence });
    pushed += 1;
  }
  return pushed;
}

/** Sends to an adapter's push endpoint. */
export function createPushSender(
  { url, token }: PushTarget,
  stop: AbortSignal,
): (body: unknown) => Promise<PushOutcome> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return async (body) => {
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal });
      await response.body?.cancel();
      if (response.ok) return 'accepted';
      return response.status === 400 ? 'refused' : 'away';
    } catch {
      // The adapter is away: the change stays where it is and is pushed when the adapter is back.
      return 'away';
    }
  };
}

/** Pushes until stopped. @returns how to stop; resolves when nothing is under way any more */
export function startPushing(
  documents: Documents,
  running: RunningLocalSystem,
  target: PushTarget,
): () => Promise<void> {
  const stop = new AbortController();
  const send = createPushSender(target, stop.signal);
  const push = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      // A database that is away ends the round, not the process.
      const pushed = await pushChanges(documents, running, send).catch(() => 0);
      if (pushed < BATCH) await delay(INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const pushing = push();
  return async () => {
    stop.abort();
    await pushing;
  };
}
