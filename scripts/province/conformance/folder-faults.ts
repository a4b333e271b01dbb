import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spoil, type FaultPlayer } from './fault-proxy.js';
import { millisecondsOf, type Fault } from './suite-schema.js';

/** A folder that comes back within this was never missed. */
const UNNOTICED_MS = 1000;

const isAway = ({ delay, drip, stall, hangUp, status }: Fault): boolean =>
  (delay !== undefined && millisecondsOf(delay) > UNNOTICED_MS) || drip !== undefined || stall === true || hangUp === true || status !== undefined;

/** What stands in the newest file where an answer would be spoilt so; a file that is being written ends where a connection would break. */
const asFile = ({ cut, ...others }: Fault): Fault => (cut === undefined ? others : { ...others, truncate: cut });

/**
 * The same for a local system that leaves files in a folder: where a system asked over HTTP would not answer, the folder is away; where it
 * would answer in part, the newest file is so. What is changed is put back as it was.
 */
export function openFolderFaults(folder: string): FaultPlayer {
  const away = `${folder}.away`;
  let changes = 0;
  let kept: { readonly file: string; readonly content: Buffer } | undefined;

  const restore = (): void => {
    if (existsSync(away)) renameSync(away, folder);
    if (kept !== undefined) writeFileSync(kept.file, kept.content);
    kept = undefined;
  };
  const spoilNewest = (fault: Fault): void => {
    const newest = readdirSync(folder).sort().at(-1);
    if (newest === undefined) return;
    const file = join(folder, newest);
    kept = { file, content: readFileSync(file) };
    writeFileSync(file, spoil({ status: 200, headers: {}, body: kept.content }, asFile(fault)).body);
  };
  return {
    setFault: (fault) => {
      restore();
      changes += 1;
      if (isAway(fault)) renameSync(folder, away);
      else if (Object.keys(fault).length > 0 && fault.delay === undefined) spoilNewest(fault);
    },
    requests: () => changes,
    // A list that ends with a whole line says nothing of lines that are missing, and padding after the last line is none.
    mayGoUnnoticed: ({ cut, truncate, padTo }) => cut !== undefined || truncate !== undefined || padTo !== undefined,
    reasonAgainst: ({ location }) => (location === undefined ? undefined : 'a folder of files leads nowhere else'),
    stop: () => {
      restore();
      return Promise.resolve();
    },
  };
}
