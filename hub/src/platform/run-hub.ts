import type { HubConfig } from '../config.js';
import { HubError } from '../errors.js';
import { createLogger } from './logger.js';
import { reasonOf } from './open-within.js';
import { removeReadyFile, writeReadyFile } from './ready-file.js';
import { startHub, type RunningHub, type StartOptions } from './start-hub.js';

/** Milliseconds a shutdown may take; whoever stops the hub must not wait for ever. */
const SHUTDOWN_MS = 15_000;

function fail(error: unknown): never {
  const sentence = error instanceof HubError ? `${error.code}: ${error.message}` : 'the hub cannot start';
  const reason = reasonOf(error);
  process.stderr.write(`${sentence.includes(reason) ? sentence : `${sentence} (${reason})`}\n`);
  process.exit(1);
}

async function stopOnce(hub: RunningHub, readyFile: string | undefined): Promise<never> {
  setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
  if (readyFile !== undefined) removeReadyFile(readyFile);
  await hub.stop();
  process.exit(0);
}

/** Is the hub of this process until a signal ends it; a hub that cannot start ends the process with a sentence and exit code 1. */
export async function runHub(prepare: () => { readonly config: HubConfig; readonly options?: StartOptions }): Promise<void> {
  try {
    const { config, options = {} } = prepare();
    const { readyFile } = config;
    if (readyFile !== undefined) removeReadyFile(readyFile);
    const logger = createLogger(config.logLevel);
    // Until the hub runs there is nothing to drain: a signal ends the process at once, as by default.
    const hub = await startHub(config, logger, options);
    let isStopping = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        // A terminal signals the whole group and a supervisor passes the signal on: one stop is meant, not two.
        if (isStopping) return;
        isStopping = true;
        logger.info({ signal }, 'stopping');
        stopOnce(hub, readyFile).catch(fail);
      });
    }
    const { grpc, enrolment, http, web, plaintext } = hub;
    if (readyFile !== undefined) writeReadyFile(readyFile, { pid: process.pid, grpc, enrolment, http, web, ...(plaintext === undefined ? {} : { plaintext }) });
  } catch (error) {
    fail(error);
  }
}
