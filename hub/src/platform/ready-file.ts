import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** What a supervisor reads once the hub answers. */
export interface ReadyNotice {
  readonly pid: number;
  /** `host:port` of each. */
  readonly grpc: string;
  readonly enrolment: string;
  readonly http: string;
  /** Over TLS. */
  readonly web: string;
  /** Of a hub that is measured: a port without TLS. */
  readonly plaintext?: string;
}

/** Puts the notice in place in one step, so that nobody reads half of it. */
export function writeReadyFile(path: string, notice: ReadyNotice): void {
  const draft = `${path}.${String(notice.pid)}`;
  writeFileSync(draft, `${JSON.stringify(notice)}\n`);
  renameSync(draft, path);
}

/** Takes the notice away, a former process's included. */
export function removeReadyFile(path: string): void {
  rmSync(path, { force: true });
}
