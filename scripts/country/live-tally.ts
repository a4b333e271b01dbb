import { percentile } from '../bench/figure.js';

/** What one traveller met. */
export type Passage =
  | { readonly kind: 'recognised'; readonly home: string; readonly colour: string; readonly ms: number; /** What is not as it must be; '' when nothing is. */ readonly problem: string }
  | { readonly kind: 'refused'; readonly home: string; readonly code: string; readonly ms: number }
  | { readonly kind: 'unanswered'; readonly home: string; readonly why: string };

/** How a change of colour came to a checkpoint: by itself, or when somebody was asked for a fresh code. */
export type ChangeWay = 'followed' | 'asked';

/** A province and its median time from scan to answer, in milliseconds. */
export interface ProvinceTime {
  readonly home: string;
  readonly p50Ms: number;
}

/** Everything a summary shows. Times in milliseconds. */
export interface LiveSummary {
  readonly travellers: number;
  readonly recognised: Readonly<Record<string, number>>;
  /** By recognition and error code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly unanswered: number;
  /** What was said of nucleic-acid tests that were asked for: results, and reasons why there is none. */
  readonly tests: Readonly<Record<string, number>>;
  /** Recognised, and not as it must be. */
  readonly wrong: readonly string[];
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly slowest: readonly ProvinceTime[];
  /** Provinces whose last traveller was not answered for, with the reason. */
  readonly away: Readonly<Record<string, string>>;
  readonly changes: Readonly<Record<ChangeWay, { readonly count: number; readonly p50Ms?: number; readonly p99Ms?: number }>>;
  readonly changesNotSeen: readonly string[];
}

/** Latest times that count, of all and of each province. */
const WINDOW = 2000;
const WINDOW_OF_PROVINCE = 50;
const SLOWEST = 3;
const KEPT_PROBLEMS = 5;
const AWAY = /^issuer-unreachable/;

function push<T>(list: T[], value: T, most: number): void {
  list.push(value);
  if (list.length > most) list.shift();
}

const countUp = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

const speedOf = (times: readonly number[]): { readonly p50Ms?: number; readonly p99Ms?: number } =>
  times.length === 0 ? {} : { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };

/** Counts what travellers meet. Keeps a window of times and no person. */
export class LiveTally {
  readonly #times: number[] = [];
  readonly #timesOf = new Map<string, number[]>();
  readonly #recognised = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #tests = new Map<string, number>();
  readonly #away = new Map<string, string>();
  readonly #wrong: string[] = [];
  readonly #changes: Readonly<Record<ChangeWay, number[]>> = { followed: [], asked: [] };
  readonly #changeCounts = { followed: 0, asked: 0 };
  readonly #changesNotSeen: string[] = [];
  #travellers = 0;
  #unanswered = 0;

  addPassage(passage: Passage): void {
    const { home } = passage;
    this.#travellers += 1;
    this.#away.delete(home);
    if (passage.kind === 'unanswered') {
      this.#unanswered += 1;
      this.#away.set(home, passage.why);
      return;
    }
    push(this.#times, passage.ms, WINDOW);
    const ofProvince = this.#timesOf.get(home) ?? [];
    push(ofProvince, passage.ms, WINDOW_OF_PROVINCE);
    this.#timesOf.set(home, ofProvince);
    if (passage.kind === 'refused') {
      countUp(this.#refused, passage.code);
      if (AWAY.test(passage.code)) this.#away.set(home, passage.code);
      return;
    }
    countUp(this.#recognised, passage.colour);
    if (passage.problem !== '') push(this.#wrong, `${home}: ${passage.problem}`, KEPT_PROBLEMS);
  }

  /** @param outcome a result, or why none is known; `problem` is '' when nothing is wrong with it */
  addTest(home: string, outcome: string, problem: string): void {
    countUp(this.#tests, outcome);
    if (problem !== '') push(this.#wrong, `${home}: ${problem}`, KEPT_PROBLEMS);
  }

  /** A change of colour that a checkpoint was told of. */
  addChange(way: ChangeWay, ms: number): void {
    this.#changeCounts[way] += 1;
    push(this.#changes[way], ms, WINDOW);
  }

  /** A change of colour that no checkpoint was told of in time. */
  addChangeNotSeen(home: string): void {
    push(this.#changesNotSeen, home, KEPT_PROBLEMS);
  }

  summary(): LiveSummary {
    const slowest = [...this.#timesOf].map(([home, times]): ProvinceTime => ({ home, p50Ms: percentile(times, 0.5) }));
    const changes = (way: ChangeWay) => ({ count: this.#changeCounts[way], ...speedOf(this.#changes[way]) });
    return {
      travellers: this.#travellers,
      recognised: Object.fromEntries(this.#recognised),
      refused: Object.fromEntries(this.#refused),
      unanswered: this.#unanswered,
      tests: Object.fromEntries(this.#tests),
      wrong: [...this.#wrong],
      ...speedOf(this.#times),
      slowest: slowest.sort((one, other) => other.p50Ms - one.p50Ms).slice(0, SLOWEST),
      away: Object.fromEntries(this.#away),
      changes: { followed: changes('followed'), asked: changes('asked') },
      changesNotSeen: [...this.#changesNotSeen],
    };
  }
}
