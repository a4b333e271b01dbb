/** Something that had to happen in a story did not; the message is for whoever reads it. */
export class StoryFailure extends Error {
  override readonly name = 'StoryFailure';
}

/** One step of a story. What it returns is told; what it throws ends the story. */
export interface StoryStep {
  readonly title: string;
  readonly take: () => Promise<string>;
  /** Whether its time counts for what the story measures. */
  readonly isMeasured?: boolean;
}

/** How a step went. */
export interface ToldStep {
  readonly title: string;
  readonly seconds: number;
  readonly detail: string;
  readonly isDone: boolean;
  readonly isMeasured: boolean;
}

/** How a story went. */
export interface ToldStory {
  readonly steps: readonly ToldStep[];
  /** Of the measured steps, waiting between them included. */
  readonly measuredSeconds: number;
  readonly isDone: boolean;
}

/**
 * Takes the steps one after another until one fails, and tells each as it ends.
 * @param explain says what was thrown
 * @param clock milliseconds
 */
export async function tell(steps: readonly StoryStep[], onTold: (step: ToldStep) => void, explain: (error: unknown) => string, clock: () => number = () => performance.now()): Promise<ToldStory> {
  const told: ToldStep[] = [];
  for (const { title, take, isMeasured = false } of steps) {
    const begun = clock();
    const outcome = await take().then(
      (detail) => ({ detail, isDone: true }),
      (error: unknown) => ({ detail: explain(error), isDone: false }),
    );
    const step = { title, seconds: (clock() - begun) / 1000, ...outcome, isMeasured };
    told.push(step);
    onTold(step);
    if (!outcome.isDone) break;
  }
  const measuredSeconds = told.filter((step) => step.isMeasured).reduce((sum, { seconds }) => sum + seconds, 0);
  return { steps: told, measuredSeconds, isDone: told.length === steps.length && told.every((step) => step.isDone) };
}
