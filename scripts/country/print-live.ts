import { styleText } from 'node:util';
import type { LiveSummary } from './live-tally.js';

/** What is shown beside the counts. */
export interface LiveState {
  readonly provinces: number;
  readonly seconds: number;
  /** Travellers a second. */
  readonly rate: number;
  readonly changesPerMinute: number;
  readonly isPaused: boolean;
  /** `host:port` of the hub's gRPC server. */
  readonly hub: string;
  /** Parts that failed or ended by themselves. */
  readonly failures: readonly string[];
  readonly hasKeys: boolean;
}

const time = (ms: number | undefined): string => {
  if (ms === undefined) return '–';
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
};

const counts = (of: Readonly<Record<string, number>>): string =>
  Object.entries(of)
    .sort((one, other) => other[1] - one[1])
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(', ');

const sum = (of: Readonly<Record<string, number>>): number => Object.values(of).reduce((total, count) => total + count, 0);

const some = (texts: readonly string[]): string => (texts.length === 0 ? 'none' : texts.join('; '));

/** The summary that follows the travellers, some lines of text. */
export function printLive(summary: LiveSummary, state: LiveState): string {
  const { changes } = summary;
  const away = Object.entries(summary.away).map(([home, why]) => `${home} (${why})`);
  const followed = `${String(changes.followed.count)} came by themselves (p50 ${time(changes.followed.p50Ms)}, p99 ${time(changes.followed.p99Ms)})`;
  const asked = `${String(changes.asked.count)} when asked (p50 ${time(changes.asked.p50Ms)}, p99 ${time(changes.asked.p99Ms)})`;
  const alarm = (text: string, isAlarming: boolean): string => (isAlarming ? styleText('red', text) : text);
  return [
    styleText('bold', `${String(state.provinces)} provinces, ${state.seconds.toFixed(0)} s${state.isPaused ? ', paused' : ''}`) +
      `  ${String(state.rate)} travellers a second, ${String(state.changesPerMinute)} changes a minute, hub ${state.hub}`,
    `  travellers   ${String(summary.travellers)}: recognised ${String(sum(summary.recognised))} (${counts(summary.recognised) || 'none'}), refused ${String(sum(summary.refused))}, no answer ${String(summary.unanswered)}`,
    `  refused      ${counts(summary.refused) || 'none'}`,
    `  tests        ${counts(summary.tests) || 'none'}`,
    `  scan–answer  p50 ${time(summary.p50Ms)}, p99 ${time(summary.p99Ms)}; slowest ${summary.slowest.map(({ home, p50Ms }) => `${home} ${time(p50Ms)}`).join(', ') || '–'}`,
    `  changes      ${followed}, ${asked}`,
    alarm(`  not seen     ${some(summary.changesNotSeen)}`, summary.changesNotSeen.length > 0),
    alarm(`  away         ${some(away)}`, away.length > 0),
    alarm(`  wrong        ${some(summary.wrong)}`, summary.wrong.length > 0),
    ...state.failures.map((failure) => styleText('red', `  ended        ${failure.split('\n')[0] ?? ''}`)),
    styleText('dim', state.hasKeys ? '  q or Ctrl-C ends · space pauses · + and - change the rate' : '  Ctrl-C ends'),
  ].join('\n');
}
