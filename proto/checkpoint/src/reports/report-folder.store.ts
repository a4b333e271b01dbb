import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CheckpointError } from '../errors.js';
import { removeLeftovers } from '../platform/remove-leftovers.js';
import { isUnfinished, replaceFile } from '../platform/replace-file.js';
import { CheckCounts, hourOf, REPORT_MAX_COUNTS, type Check } from './check-counts.js';

const REPORT = z.strictObject({
  reportId: z.uuid(),
  /** Its beginning; seconds since the epoch. */
  hour: z.int().nonnegative(),
  counts: z
    .array(z.strictObject({ purpose: z.int().nonnegative(), recognition: z.int().nonnegative(), errorCode: z.string().regex(/^[A-Z0-9_]{0,64}$/), issuer: z.string().regex(/^(\d{6})?$/), count: z.int().positive() }))
    .min(1)
    .max(REPORT_MAX_COUNTS),
});

/** One report as it waits: what was checked in an hour, under a number that makes a repetition harmless. */
export type WaitingReport = z.infer<typeof REPORT>;

/** A report a process is still adding to. */
const OPEN = '.open.json';
const CLOSED = '.json';

/** Most reports that wait, over a year of hours; beyond it the oldest are given up, and that is told. */
const MAX_WAITING = 10_000;

interface OpenReport {
  readonly reportId: string;
  readonly hour: number;
  readonly counts: CheckCounts;
  isSaved: boolean;
}

/**
 * 离线核验回报, waiting on disk: one file for each report. What a process still adds to bears another name than what may be sent, so that
 * several processes (a gate, and a command beside it) share a folder. What was counted since the last {@link save} is lost with the
 * process, and nothing else.
 */
export class ReportFolder {
  readonly #folder: string;
  #open: OpenReport[] = [];
  #waiting = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reports that wait on disk or in memory, as of the last look. */
  get waiting(): number {
    return this.#waiting + this.#open.length;
  }

  /** Counts one check. `now` in seconds since the epoch. */
  add(check: Check, now: number): void {
    const hour = hourOf(now);
    const last = this.#open.findLast((report) => report.hour === hour);
    if (last?.counts.add(check) === true) {
      last.isSaved = false;
      return;
    }
    const counts = new CheckCounts();
    counts.add(check);
    this.#open.push({ reportId: randomUUID(), hour, counts, isSaved: false });
  }

  /** Takes over what a process that was killed left open. For the one process that stays; before the first {@link add}. */
  async adopt(): Promise<void> {
    await removeLeftovers(this.#folder, isUnfinished);
    const names = new Set(await this.#names());
    for (const name of names) {
      if (!name.endsWith(OPEN)) continue;
      const closed = name.slice(0, -OPEN.length) + CLOSED;
      // Both are there where the process ended between the two: the closed one is the later.
      if (names.has(closed)) await rm(join(this.#folder, name), { force: true });
      else await rename(join(this.#folder, name), join(this.#folder, closed)).catch(() => undefined);
    }
    await this.listWaiting();
  }

  /** Puts what was counted on disk. @throws CheckpointError REPORT_STORAGE_FAILED; what was counted stays in memory */
  async save(): Promise<void> {
    for (const report of this.#open.filter(({ isSaved }) => !isSaved)) {
      report.isSaved = true;
      await this.#write(report, OPEN).catch((error: unknown) => {
        report.isSaved = false;
        throw error;
      });
    }
  }

  /** Ends what was being counted: it may be sent. @throws CheckpointError REPORT_STORAGE_FAILED */
  async close(): Promise<void> {
    for (const report of [...this.#open]) {
      // Out of reach of `add` first: what is counted from now on belongs to the next one.
      this.#open = this.#open.filter((one) => one !== report);
      try {
        await this.#write(report, CLOSED);
        this.#waiting += 1;
      } catch (error) {
        this.#open.unshift(report);
        throw error;
      }
      await rm(join(this.#folder, report.reportId + OPEN), { force: true });
    }
  }

  /** What may be sent, the oldest first; a file that is none of ours is passed over. */
  async listWaiting(): Promise<readonly WaitingReport[]> {
    const names = (await this.#names()).filter((name) => name.endsWith(CLOSED) && !name.endsWith(OPEN));
    const reports = await Promise.all(names.map((name) => this.#read(name)));
    const waiting = reports.flatMap((report) => report ?? []).sort((one, other) => one.hour - other.hour);
    const surplus = waiting.splice(0, Math.max(0, waiting.length - MAX_WAITING));
    for (const { reportId } of surplus) await this.remove(reportId);
    this.#waiting = waiting.length;
    return waiting;
  }

  /** It was counted, or never will be. */
  async remove(reportId: string): Promise<void> {
    await rm(join(this.#folder, reportId + CLOSED), { force: true });
    this.#waiting = Math.max(0, this.#waiting - 1);
  }

  async #names(): Promise<readonly string[]> {
    return readdir(this.#folder).catch(() => []);
  }

  async #read(name: string): Promise<WaitingReport | undefined> {
    try {
      const report = REPORT.parse(JSON.parse(await readFile(join(this.#folder, name), 'utf8')));
      return report.reportId + CLOSED === name ? report : undefined;
    } catch {
      return undefined;
    }
  }

  async #write({ reportId, hour, counts }: OpenReport, suffix: string): Promise<void> {
    try {
      await replaceFile(join(this.#folder, reportId + suffix), JSON.stringify({ reportId, hour, counts: [...counts.list()] } satisfies WaitingReport));
    } catch (cause) {
      throw new CheckpointError('REPORT_STORAGE_FAILED', 'what was checked cannot be written: it is kept in memory', { cause });
    }
  }
}
