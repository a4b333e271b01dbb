/** Most messages of one transaction. */
export const BATCH_SIZE = 500;

/** Messages verified at the same time: enough to keep every thread busy, few enough to be forgotten young. */
export const GROUP_SIZE = 100;

/** Verified messages that may wait for their transaction; then verification waits. */
export const WAITING_LIMIT = 1000;

/** Where messages come from. */
export interface BatchSource<Message> {
  /** The next messages in stream order, at most `limit`, as soon as there is one; undefined when the source has ended. */
  take(limit: number): Promise<readonly Message[] | undefined>;
  /** Makes a waiting or later `take` return undefined. */
  stop(): void;
}

/** The two halves of the work on a message. */
export interface PipelineStages<Message, Checked> {
  /** Must not reject for what a message contains. */
  check(message: Message): Promise<Checked>;
  /** Makes a batch durable, then acknowledges it. */
  commit(checked: readonly Checked[], messages: readonly Message[]): Promise<void>;
}

/**
 * Runs until the source ends: verifies what comes next while a transaction is under way, and commits together what was
 * verified meanwhile. Commits happen one at a time, in stream order. A single message goes through at once, a backlog in
 * large steps; a slow database does not stop verification before {@link WAITING_LIMIT}.
 * @throws what `commit` throws, after the source was stopped
 */
export async function runPipeline<Message, Checked>(source: BatchSource<Message>, stages: PipelineStages<Message, Checked>): Promise<void> {
  const waiting: { readonly messages: Message[]; readonly checked: Checked[] } = { messages: [], checked: [] };
  let transaction: Promise<void> = Promise.resolve();
  let committing: Promise<void> | undefined;

  const commitWaiting = async (): Promise<void> => {
    while (waiting.messages.length > 0) {
      transaction = stages.commit(waiting.checked.splice(0, BATCH_SIZE), waiting.messages.splice(0, BATCH_SIZE));
      await transaction;
    }
    committing = undefined;
  };

  for (;;) {
    const messages = await source.take(GROUP_SIZE);
    if (messages === undefined) break;
    const checked = await Promise.all(messages.map((message) => stages.check(message)));
    waiting.messages.push(...messages);
    waiting.checked.push(...checked);
    if (committing === undefined) {
      committing = commitWaiting();
      // Awaited at the end; here only so that a failure ends the wait for messages that may never come.
      committing.catch(() => {
        source.stop();
      });
    }
    while (waiting.messages.length >= WAITING_LIMIT) await transaction;
  }
  await committing;
}
