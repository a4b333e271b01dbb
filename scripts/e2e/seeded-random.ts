/** Chance that can be had again: the same seed gives the same numbers. */
export interface SeededRandom {
  /** From 0 to `limit` - 1. */
  readonly integer: (limit: number) => number;
}

/** mulberry32, a public-domain generator of 32 bits; good enough to choose moments and victims, and nothing else. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { integer: (limit) => Math.floor(next() * limit) };
}
