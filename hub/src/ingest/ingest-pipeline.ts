/** Largest batch: what one transaction writes, and what is verified while another one commits. */
export const BATCH_SIZE = 500;

/** Where batches come from. */
export interface BatchSource<Message> {
  /** The next messages in stream order, at most `limit`, as soon as there is one; undefined when the source has ended. */
  take(limit: number): Promise<readonly Message[] | undefined>;
  /** Makes a waiting or later `take` return undefined. */
  stop(): void;
}

/** The two halves of the work on a batch. */
export interface PipelineStages<Message, Checked> {
  /** Must not reject for what a message contains. */
  check(message: Message): Promise<Checked>;
  /** Makes a batch durable, then acknowledges it. */
  commit(checked: readonly Checked[], messages: readonly Message[]): Promise<void>;
}

/**
 * Runs until the source ends: verifies the next batch while the previous one commits. Commits happen one at a time, in
 * stream order; at most two batches are in memory. A batch is whatever is waiting, so that a single message goes through
 * at once and a backlog in large steps.
 * @throws what `commit` throws, after the source was stopped
 */
export async function runPipeline<Message, Checked>(source: BatchSource<Message>, stages: PipelineStages<Message, Checked>): Promise<void> {
  let committing: Promise<void> = Promise.resolve();
  for (;;) {
    const messages = await source.take(BATCH_SIZE);
    if (messages === undefined) break;
    const checked = await Promise.all(messages.map((message) => stages.check(message)));
    await committing;
    committing = stages.commit(checked, messages);
    // Awaited in the next round; here only so that a failure ends the wait for messages that may never come.
    committing.catch(() => {
      source.stop();
    });
  }
  await committing;
}
