import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Length of time that is looked at, in seconds. */
export const WINDOW_SECONDS = 900;

/** The window is forgotten in so many steps. */
const SLICES = 5;
const SLICE_MS = (WINDOW_SECONDS * 1000) / SLICES;

/** Longest delay told apart, in milliseconds; longer ones count as this. */
export const LONGEST_DELAY_MS = 3_600_000;

/** Microseconds with two significant figures: 26 KB for each slice of one province, however many are measured. */
const newHistogram = (): RecordableHistogram => createHistogram({ lowest: 1, highest: LONGEST_DELAY_MS * 1000, figures: 2 });

/** Delays in milliseconds; all 0 where none was measured. */
export interface DelaySummary {
  readonly count: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Delays of the last {@link WINDOW_SECONDS}. */
export class DelayWindow {
  readonly #slices = new Map<number, RecordableHistogram>();

  /** `delayMs` below 0, of a province whose clock is ahead, counts as 0. `now` in milliseconds since the epoch. */
  record(delayMs: number, now: number): void {
    if (!Number.isFinite(delayMs)) return;
    const slice = Math.floor(now / SLICE_MS);
    let histogram = this.#slices.get(slice);
    if (histogram === undefined) {
      histogram = newHistogram();
      this.#slices.set(slice, histogram);
      this.#forget(slice);
    }
    histogram.record(Math.max(1, Math.round(Math.min(Math.max(delayMs, 0), LONGEST_DELAY_MS) * 1000)));
  }

  /** What the window holds. `now` in milliseconds since the epoch. */
  summarise(now: number): DelaySummary {
    this.#forget(Math.floor(now / SLICE_MS));
    const all = newHistogram();
    for (const histogram of this.#slices.values()) all.add(histogram);
    if (all.count === 0) return { count: 0, medianMs: 0, p99Ms: 0, maxMs: 0 };
    return { count: all.count, medianMs: all.percentile(50) / 1000, p99Ms: all.percentile(99) / 1000, maxMs: all.max / 1000 };
  }

  #forget(current: number): void {
    for (const slice of this.#slices.keys()) if (slice <= current - SLICES) this.#slices.delete(slice);
  }
}
