import type { Colour } from './nodes.js';

/** A traveller of province `from`, of this colour, at a checkpoint in province `to`. */
export interface Pair<Node> {
  readonly from: Node;
  readonly to: Node;
  readonly colour: Colour;
}

/** Every so many steps along the ring of provinces the traveller is not green. */
const STEPS_A_ROUND = 8;
const COLOUR_OF_STEP: Readonly<Record<number, Colour>> = { 3: 'yellow', 6: 'red' };

/**
 * Every ordered pair of different provinces once. Neighbours in the list have different provinces on both sides, so that no
 * province is asked by all at once; most travellers are green, and every province has all colours where there are seven or more.
 */
export function planPairs<Node>(nodes: readonly Node[]): readonly Pair<Node>[] {
  const pairs: Pair<Node>[] = [];
  for (let step = 1; step < nodes.length; step += 1) {
    for (const [place, from] of nodes.entries()) {
      const to = nodes[(place + step) % nodes.length];
      if (to !== undefined) pairs.push({ from, to, colour: COLOUR_OF_STEP[step % STEPS_A_ROUND] ?? 'green' });
    }
  }
  return pairs;
}
