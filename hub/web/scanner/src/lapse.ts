/** Milliseconds for which a result is anybody's: as long as a code that a person shows is good for. */
export const RESULT_LASTS_MS = 60_000;

const LOOKS_EVERY_MS = 1000;

/**
 * Tells once that a result is old: a green that is left on the screen would be the next person's, or of before the device slept. By the
 * clock on the wall, since timers may stand still in sleep; one that goes back ends it as well.
 * @returns ends the watch
 */
export function watchLapse(onLapse: () => void): () => void {
  const shownAt = Date.now();
  const timer = setInterval(() => {
    const age = Date.now() - shownAt;
    if (age >= 0 && age < RESULT_LASTS_MS) return;
    clearInterval(timer);
    onLapse();
  }, LOOKS_EVERY_MS);
  return () => clearInterval(timer);
}
