/** Lets one loop sleep until there is something to do. */
export interface WakeUp {
  /** Ends the wait under way, or the next one if none is. */
  wake(): void;
  /** Resolves after `ms`, or at once when woken since the last wait. */
  wait(ms: number): Promise<void>;
  /** Resolves after `ms`; a wake-up only ends it when `isOver` says so. */
  pause(ms: number, isOver: () => boolean): Promise<void>;
}

/** A wake-up for one loop. */
export function createWakeUp(): WakeUp {
  let isWoken = false;
  let end: () => void = () => undefined;
  const wait = async (ms: number): Promise<void> => {
    if (!isWoken && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    isWoken = false;
  };
  return {
    wake() {
      isWoken = true;
      end();
    },
    wait,
    async pause(ms, isOver) {
      const until = performance.now() + ms;
      while (!isOver() && performance.now() < until) await wait(until - performance.now());
    },
  };
}
