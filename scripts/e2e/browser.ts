import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FoundProgram } from '../../deploy/embedded/debian-package.js';

const FLAGS = [
  '--headless',
  // A sandbox needs rights that root in a container and ordinary users often lack; every page opened here is ours.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
  // The DevTools protocol on file descriptors 3 and 4: no port that others could reach.
  '--remote-debugging-pipe',
];
const POLL_EVERY_MS = 50;
const END_WITHIN_MS = 3000;

/** A browser with a profile of its own that is removed with it. */
export interface Browser {
  /** Opens a page and returns the text of the element once it has one. @throws Error when it has none in time */
  readText(url: string, selector: string, withinMs: number): Promise<string>;
  close(): Promise<void>;
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

type Ask = (method: string, params: object, sessionId?: string) => Promise<unknown>;

/** DevTools protocol: JSON messages that end with a zero byte. */
function connectProtocol(child: ChildProcess, output: () => string): Ask {
  const [, , , sending, receiving] = child.stdio as unknown as [unknown, unknown, unknown, Writable, Readable];
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let ended = false;
  let lastId = 0;
  let rest = '';
  receiving.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message) as Reply;
      const asked = waiting.get(id ?? 0);
      waiting.delete(id ?? 0);
      if (error === undefined) asked?.resolve(result);
      else asked?.reject(new Error(error.message));
    }
  });
  const failAll = (): void => {
    ended = true;
    for (const { reject } of waiting.values()) reject(new Error(`the browser has ended: ${output()}`));
    waiting.clear();
  };
  child.once('error', failAll);
  child.once('close', failAll);
  // A browser that has ended is told by its end.
  sending.on('error', () => undefined);
  return (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      if (ended) {
        reject(new Error(`the browser has ended: ${output()}`));
        return;
      }
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      sending.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    });
}

async function readText(ask: Ask, url: string, selector: string, withinMs: number): Promise<string> {
  const { targetId } = (await ask('Target.createTarget', { url })) as { targetId: string };
  const { sessionId } = (await ask('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string };
  const expression = `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`;
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    const { result } = (await ask('Runtime.evaluate', { expression, returnByValue: true }, sessionId)) as { result: { value?: unknown } };
    if (typeof result.value === 'string' && result.value !== '') return result.value;
    await delay(POLL_EVERY_MS);
  }
  throw new Error(`${url} put nothing into ${selector} within ${String(withinMs)} ms`);
}

/** Starts a browser without a window. */
export function startBrowser(program: FoundProgram): Browser {
  const home = mkdtempSync(join(tmpdir(), 'health-code-browser-'));
  const env = { ...process.env, ...program.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home };
  const child = spawn(program.path, [...FLAGS, `--user-data-dir=${join(home, 'profile')}`, 'about:blank'], { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1000);
  });
  const ask = connectProtocol(child, () => said.trim());
  const ended = once(child, 'close').catch(() => undefined);
  return {
    readText: (url, selector, withinMs) => readText(ask, url, selector, withinMs),
    close: async () => {
      // The answer may not come any more: what counts is the end.
      ask('Browser.close', {}).catch(() => undefined);
      if (!(await Promise.race([ended.then(() => true), delay(END_WITHIN_MS, false)]))) {
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
