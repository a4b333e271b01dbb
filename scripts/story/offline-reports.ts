import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { timestampFromSeconds, type v1 } from '@health-code/messages';
import { offlineFolder } from '../verify/device-home.js';
import type { GateDevice } from './offline-gate.js';
import type { OfflinePlace } from './offline-place.js';

/** A report as it waits at the device (proto/checkpoint/src/reports). */
interface WaitingReport {
  readonly reportId: string;
  readonly hour: number;
  readonly counts: v1.ICheckCount[];
}

/** What waits on disk at a device: whole reports, and those still added to. */
export function readWaiting({ folder }: GateDevice): readonly WaitingReport[] {
  const reports = join(offlineFolder(folder), 'reports');
  return readdirSync(reports).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(join(reports, name), 'utf8')) as WaitingReport);
}

/** How many checks these reports speak of. */
export const sumOf = (reports: readonly WaitingReport[]): number => reports.flatMap(({ counts }) => counts).reduce((sum, { count }) => sum + (count ?? 0), 0);

/** How many checks of a province's checkpoints the hub has counted. */
export async function countedChecks(place: OfflinePlace, province: string): Promise<number> {
  const [row] = await place.query<{ readonly n: number }>('hub', 'SELECT coalesce(sum(count), 0)::int AS n FROM check_count WHERE province = $1', [province]);
  return row?.n ?? 0;
}

/** Sends reports as the device does; whether the hub had counted each before. */
export async function sendAgain(checkpoint: v1.Checkpoint, reports: readonly WaitingReport[]): Promise<readonly boolean[]> {
  const answers: boolean[] = [];
  for (const { reportId, hour, counts } of reports) {
    const { isRepetition } = await checkpoint.reportChecks({ reportId, hour: timestampFromSeconds(hour), counts });
    answers.push(isRepetition);
  }
  return answers;
}
