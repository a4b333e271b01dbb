import { cpus, release, totalmem } from 'node:os';

/** One measured figure beside its floor from the same run. */
export interface Figure {
  readonly name: string;
  /** Median over the rounds. */
  readonly value: number;
  readonly unit: string;
  /** The same unit, measured in the same run without our work; absent where a figure stands alone. */
  readonly floor?: number;
  /** value / floor. */
  readonly ratio?: number;
  /** What this project wants: `>= 0.85` or `<= 1.5`, of the ratio where there is one, else of the value. */
  readonly aim?: string;
}

/** Middle value of a non-empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

/** `fraction` 0.99 is the 99th percentile. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}

/** A figure with its ratio worked out. */
export function figureBeside(name: string, unit: string, value: number, floor: number, aim?: string): Figure {
  return { name, unit, value: rounded(value), floor: rounded(floor), ratio: rounded(value / floor), ...(aim !== undefined && { aim }) };
}

const rounded = (value: number): number => Number(value.toPrecision(4));

/** Whether a figure reaches its aim; undefined where it has none. */
export function reachesAim(figure: Figure): boolean | undefined {
  if (figure.aim === undefined) return undefined;
  const [sign, limit] = figure.aim.split(' ');
  const measured = figure.ratio ?? figure.value;
  return sign === '>=' ? measured >= Number(limit) : measured <= Number(limit);
}

/** The machine the figures are from, for the reader of a table. */
export function describeMachine(): string {
  const models = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${String(models.length)} × ${models[0]?.model.trim() ?? 'unknown CPU'}, ${String(gigabytes)} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

/** A Markdown table of the figures, as it stands in docs/benchmarks.md. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const verdict = reachesAim(figure);
    const reached = verdict === undefined ? '' : verdict ? 'yes' : 'no';
    return `| ${figure.name} | ${String(figure.value)} ${figure.unit} | ${figure.floor === undefined ? '' : `${String(figure.floor)} ${figure.unit}`} | ${figure.ratio === undefined ? '' : String(figure.ratio)} | ${figure.aim ?? ''} | ${reached} |`;
  });
  return ['| figure | value | floor in the same run | ratio | aim | reached |', '|---|---|---|---|---|---|', ...rows].join('\n');
}
