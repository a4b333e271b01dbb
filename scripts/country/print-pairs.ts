import { styleText } from 'node:util';
import { percentile } from '../bench/figure.js';
import type { PairOutcome } from './check-pairs.js';
import type { Colour, CountryNode } from './nodes.js';

const LETTERS: Readonly<Record<Colour, string>> = { green: styleText('green', 'G'), yellow: styleText('yellow', 'Y'), red: styleText('red', 'R') };
const WRONG = styleText('inverse', '!');
const NAME_WIDTH = 16;
/** More wrong pairs than anybody reads. */
const LISTED = 40;

/** One pair as a flat object, for machines. */
export function pairObject({ from, to, colour, answer, expected, ms, problem }: PairOutcome): Record<string, unknown> {
  return {
    pair: `${from.slug}>${to.slug}`,
    from: from.code,
    to: to.code,
    colour,
    ...(answer ?? { status: '', recognition: '', advice: '', errorCode: '', issuer: '' }),
    expected,
    right: problem === '',
    ...(problem === '' ? {} : { problem }),
    ms: Math.round(ms * 10) / 10,
  };
}

/** The whole in numbers, for machines. */
export function pairsSummary(outcomes: readonly PairOutcome[]): Record<string, number> {
  const times = outcomes.filter(({ answer }) => answer !== undefined).map(({ ms }) => ms);
  const wrong = outcomes.filter(({ problem }) => problem !== '').length;
  const speed = times.length === 0 ? {} : { p50Ms: Math.round(percentile(times, 0.5) * 10) / 10, p99Ms: Math.round(percentile(times, 0.99) * 10) / 10 };
  return { pairs: outcomes.length, right: outcomes.length - wrong, wrong, ...speed };
}

/** Who was recognised where, a row for each home and a column for each checkpoint, numbered as the rows are; then whatever is wrong. */
export function printPairs(nodes: readonly CountryNode[], outcomes: readonly PairOutcome[]): string {
  const byPair = new Map(outcomes.map((outcome) => [`${outcome.from.slug}>${outcome.to.slug}`, outcome]));
  const cell = (from: CountryNode, to: CountryNode): string => {
    const outcome = byPair.get(`${from.slug}>${to.slug}`);
    if (outcome === undefined) return styleText('dim', '·');
    return outcome.problem === '' ? LETTERS[outcome.colour] : WRONG;
  };
  const number = (place: number): string => String(place + 1).padStart(2);
  const heading = `${' '.repeat(NAME_WIDTH + 4)}${nodes.map((_node, place) => number(place)).join(' ')}`;
  const rows = nodes.map((from, place) => `${number(place)} ${from.slug.padEnd(NAME_WIDTH)} ${nodes.map((to) => ` ${cell(from, to)}`).join(' ')}  ${from.name}`);
  const wrong = outcomes.filter(({ problem }) => problem !== '');
  return [
    'Home of the traveller (rows) and place of the checkpoint (columns): what the checkpoint was told',
    heading,
    ...rows,
    `${LETTERS.green} green, allowed  ${LETTERS.yellow} yellow and ${LETTERS.red} red, local procedure  ${WRONG} not as it must be`,
    ...wrong.slice(0, LISTED).map(({ from, to, colour, problem }) => styleText('red', `✗ ${from.slug} > ${to.slug} (${colour}): ${problem}`)),
    ...(wrong.length > LISTED ? [`… and ${String(wrong.length - LISTED)} more`] : []),
  ].join('\n');
}
