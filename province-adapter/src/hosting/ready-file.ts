import { rename, writeFile } from 'node:fs/promises';

/** What became of a service that was started: `failed` is one sentence, for a service whose process runs on without it. */
export type ReadyReport = { readonly http: string } | { readonly devices: number } | { readonly failed: string };

/** Writes READY_FILE. Under the final name only when complete: whoever waits for the file may read it at once. */
export async function writeReadyFile(path: string, report: ReadyReport): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify({ pid: process.pid, ...report })}\n`);
  await rename(`${path}.new`, path);
}
