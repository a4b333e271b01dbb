import { execFileSync, spawn, type ChildProcess } from 'node:child_process';

/** Keeps every thread of a running process on one processor. Threads it starts later stay there too. */
export function pinProcess(pid: number, cpu: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(cpu), String(pid)], { stdio: 'ignore' });
}

/** A child process that spoke its first message. */
export interface Measured<T> {
  readonly child: ChildProcess;
  readonly message: T;
}

/** Starts a compiled script of this folder on one processor and waits for the one message it sends. */
export async function startPinned<T>(cpu: number, script: URL, args: readonly string[], nodeArguments: readonly string[] = []): Promise<Measured<T>> {
  const child = spawn('taskset', ['-c', String(cpu), process.execPath, ...nodeArguments, script.pathname, ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const message = await new Promise<T>((resolve, reject) => {
    child.once('message', (sent) => {
      resolve(sent as T);
    });
    child.once('exit', (code) => {
      reject(new Error(`${script.pathname} ended with ${String(code)} before it answered`));
    });
  });
  return { child, message };
}
