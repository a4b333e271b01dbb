import { decodeBase64Url, encodeBase64Url } from '../base64url.js';

/** Stands in the text for one run. No JSON holds it unescaped. */
const MARK = '\u0001';

/** A subject reference, a digest, or the salt of a disclosure: random, and so nothing that DEFLATE could shorten but from eight bits to six. */
const RUN = /[A-Za-z0-9_-]{22,}/g;
const RUN_LENGTHS: ReadonlySet<number> = new Set([22, 43]);

const MAXIMUM_RUNS = 255;

/** A text without its random runs, and these in their own bytes. */
export interface RawRuns {
  /** With a mark for each run. */
  readonly text: string;
  readonly runs: readonly Uint8Array[];
}

/** Takes the runs out. What is taken for one by mistake, such as the name of a system, comes back the same all the same. */
export function takeRuns(text: string): RawRuns {
  const runs: Uint8Array[] = [];
  const rest = text.replace(RUN, (run) => {
    const bytes = RUN_LENGTHS.has(run.length) && /[A-Z]/.test(run) && runs.length < MAXIMUM_RUNS ? decodeBase64Url(run) : undefined;
    if (bytes === undefined) return run;
    runs.push(bytes);
    return MARK;
  });
  return { text: rest, runs };
}

/** Attacker-controlled input. `undefined` where there are more marks than runs, or fewer. */
export function putRunsBack({ text, runs }: RawRuns): string | undefined {
  const parts = text.split(MARK);
  if (parts.length !== runs.length + 1) return undefined;
  return parts.map((part, at) => (at === 0 ? part : encodeBase64Url(runs[at - 1] ?? new Uint8Array()) + part)).join('');
}

/** How many, then each behind its length: a byte each. */
export function writeRuns(runs: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([runs.length, ...runs.flatMap((run) => [run.length, ...run])]);
}

/** Attacker-controlled input. What follows the runs begins at `end`; `undefined` where they are cut off. */
export function readRuns(bytes: Uint8Array): { readonly runs: readonly Uint8Array[]; readonly end: number } | undefined {
  const runs: Uint8Array[] = [];
  let at = 1;
  for (let left = bytes[0] ?? 0; left > 0; left -= 1) {
    const end = at + 1 + (bytes[at] ?? 0);
    if (end > bytes.length) return undefined;
    runs.push(bytes.subarray(at + 1, end));
    at = end;
  }
  return { runs, end: at };
}
