import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import type { Hosted, Settings } from './hosted.js';
import { writeReadyFile } from './ready-file.js';

const HOSTED = z.array(z.record(z.string(), z.string())).min(1);

/**
 * The settings of every service of this process, from the file its command line names: a JSON array with one object for each,
 * which holds what its environment would hold in a process of its own.
 *
 * @throws AdapterError CONFIG_INVALID
 */
export function readHostedSettings(file: string | undefined): readonly Settings[] {
  if (file === undefined) throw new AdapterError('CONFIG_INVALID', 'the command line names no file of settings');
  try {
    return HOSTED.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new AdapterError('CONFIG_INVALID', `${file} is no readable list of settings`, { cause });
  }
}

/** Several services of one process. */
export interface HostedServices {
  /** How many of them became ready, once each did or failed; undefined when they were stopped before. */
  readonly started: Promise<number | undefined>;
  stop(): Promise<void>;
}

/** One sentence for whoever reads READY_FILE; an error that is not ours may quote anything, and goes to the log alone. */
const describeFailure = (error: unknown): string => (error instanceof AdapterError ? `${error.code}: ${error.message}` : 'ADAPTER_FAILED: see the log');

/**
 * Starts every service beside the others. One that cannot be started is told of, in the log and in its READY_FILE, and the rest run
 * on without it.
 *
 * @param open makes one service from its settings; may throw
 * @param tellFailure told which settings could not be started, and why
 */
export function hostMany(all: readonly Settings[], open: (settings: Settings) => Hosted, tellFailure: (settings: Settings, error: unknown) => void): HostedServices {
  const running = new Set<Hosted>();
  let isStopping = false;

  const start = async (settings: Settings): Promise<boolean> => {
    const file = settings['READY_FILE'];
    let hosted: Hosted | undefined;
    try {
      if (file !== undefined) await rm(file, { force: true });
      if (isStopping) return false;
      hosted = open(settings);
      running.add(hosted);
      const http = await hosted.ready;
      if (http === undefined) return false;
      if (file !== undefined) await writeReadyFile(file, { http });
      return true;
    } catch (error) {
      if (isStopping) return false;
      tellFailure(settings, error);
      if (hosted !== undefined) {
        running.delete(hosted);
        await hosted.stop().catch(() => undefined);
      }
      if (file !== undefined) await writeReadyFile(file, { failed: describeFailure(error) });
      return false;
    }
  };
  return {
    started: Promise.all(all.map(start)).then((outcomes) => (isStopping ? undefined : outcomes.filter(Boolean).length)),
    async stop() {
      isStopping = true;
      const outcomes = await Promise.allSettled([...running].map((hosted) => hosted.stop()));
      const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown);
      if (failures.length > 0) throw new AggregateError(failures, `${failures.length} services could not stop cleanly`);
    },
  };
}
