import { writeFileSync } from 'node:fs';
import type { Child } from './child.js';
import type { DataDirectory } from './data-directory.js';
import { emptyReadyFile, readReport, startNode, waitForChild, type Service } from './service.js';

/** Several services of one kind in one process; never in a deployment. */
export interface SharedService {
  readonly name: string;
  /** Compiled file, relative to the checkout. */
  readonly entry: string;
  readonly members: readonly Service[];
}

/** A member of a shared process that could not be started; the others run on. */
export interface FailedMember {
  readonly name: string;
  /** One sentence. */
  readonly problem: string;
}

/** A shared process of which every member is ready or has failed. */
export interface RunningSharedService {
  readonly child: Child;
  readonly failed: readonly FailedMember[];
}

/** So many members start one after another's turn on one processor. */
const READY_WITHIN_MS = 120_000;

/**
 * Spreads `services` over so many processes. With as many processes as services each keeps its own, run from its own entry point.
 *
 * @param name of the processes, which are numbered from 1
 * @param entry compiled file of a process of several
 */
export function shareProcesses(services: readonly Service[], processes: number, name: string, entry: string): readonly (Service | SharedService)[] {
  const groups = Array.from({ length: Math.min(processes, services.length) }, (_, group) => services.filter((_service, index) => index % processes === group));
  return groups.map((members, index) => {
    const [only] = members;
    return members.length === 1 && only !== undefined ? only : { name: `${name}-${String(index + 1)}`, entry, members };
  });
}

/**
 * Starts a shared process and waits until each of its members is ready or has failed.
 * @param onReport told of each member that is ready or has failed
 * @throws DeploymentError CHILD_ENDED, CHILD_NOT_READY with the end of its log
 */
export async function startSharedService(shared: SharedService, data: DataDirectory, onReport: () => void): Promise<RunningSharedService> {
  const members = shared.members.map((member) => ({ ...member, readyFile: emptyReadyFile(data, member.name) }));
  // The settings hold passwords of databases.
  const settings = data.at('secrets', `${shared.name}.json`);
  writeFileSync(settings, JSON.stringify(members.map(({ env, readyFile }) => ({ ...env, READY_FILE: readyFile }))), { mode: 0o600 });
  // What belongs to the process and not to one of its members, who all have the same.
  const { TMPDIR } = members[0]?.env ?? {};
  const child = startNode({ name: shared.name, entry: shared.entry, env: TMPDIR === undefined ? {} : { TMPDIR } }, [settings], data);
  const waiting = new Map(members.map(({ name, readyFile }) => [name, readyFile]));
  const failed: FailedMember[] = [];
  const findEverybody = (): readonly FailedMember[] | undefined => {
    for (const [name, readyFile] of waiting) {
      const report = readReport(readyFile, child.pid);
      if (report === undefined) continue;
      if (report.failed !== undefined) failed.push({ name, problem: report.failed });
      waiting.delete(name);
      onReport();
    }
    return waiting.size === 0 ? failed : undefined;
  };
  return { child, failed: await waitForChild(child, findEverybody, READY_WITHIN_MS) };
}
