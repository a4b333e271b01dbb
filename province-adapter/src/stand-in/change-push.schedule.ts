import type { Documents } from './documents.js';
import type { RunningLocalSystem } from './local-system.js';
import type { SyntheticPerson } from './synthetic-people.js';

/** How often changes are looked for, in milliseconds. */
const INTERVAL_MS = 500;

/** Most changes in one round; the rest follow in the next. */
const BATCH = 100;

/** What was pushed so far, kept in the store so that a restart goes on where it stopped. */
interface PushCursor {
  readonly sequence: number;
}

/** Pushes one round of changes in their order. Ends at the first that is not accepted: it is tried again, and none overtakes it. */
export async function pushChanges(documents: Documents, running: RunningLocalSystem, send: (body: unknown) => Promise<boolean>): Promise<number> {
  const cursors = documents.collection<PushCursor>('push-cursor');
  const after = (await cursors.find('person'))?.sequence ?? 0;
  let pushed = 0;
  for (const change of await documents.collection<SyntheticPerson>('person').listAfter(after, BATCH)) {
    if (!(await send(running.pushBody?.(change.body)))) break;
    await cursors.put('person', { sequence: change.sequence });
    pushed += 1;
  }
  return pushed;
}

/** Sends to an adapter's push endpoint; accepted means answered with a 2xx status. */
export function createPushSender(url: string): (body: unknown) => Promise<boolean> {
  return async (body) => {
    try {
      const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(5000) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      // The adapter is away: the change stays where it is and is pushed when the adapter is back.
      return false;
    }
  };
}

/** Pushes for as long as the process lives. @returns how to stop */
export function startPushing(documents: Documents, running: RunningLocalSystem, url: string): () => void {
  const send = createPushSender(url);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const round = async (): Promise<void> => {
    // A database that is away ends the round, not the process.
    const pushed = await pushChanges(documents, running, send).catch(() => 0);
    if (!stopped) timer = setTimeout(() => void round(), pushed === BATCH ? 0 : INTERVAL_MS);
  };
  void round();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
