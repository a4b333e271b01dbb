import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Fields of `/proc/<pid>/stat` after the name, from 0 (proc(5)). */
const FIELD = { parent: 1, user: 11, system: 12 } as const;

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

function statOf(pid: string): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may itself contain spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

const secondsOf = (stat: readonly string[] | undefined): number => (stat === undefined ? 0 : (Number(stat[FIELD.user]) + Number(stat[FIELD.system])) / ticksPerSecond);

/** Seconds of processor time a process has taken so far, all its threads and its children that still run included. */
export function processorSeconds(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => stat?.[FIELD.parent] === String(pid));
  return secondsOf(statOf(String(pid))) + children.reduce((sum, stat) => sum + secondsOf(stat), 0);
}
