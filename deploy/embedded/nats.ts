import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describeExit, startChild, type Child } from './child.js';
import type { DataDirectory } from './data-directory.js';
import type { FoundProgram } from './debian-package.js';
import { DeploymentError } from './errors.js';
import { natsConfig } from './nats-config.js';

/** How one party signs in to the broker. */
export interface NatsLogin {
  readonly user: string;
  /** File of mode 0600. */
  readonly passwordFile: string;
}

/** A NATS server with JetStream. */
export interface Nats {
  /** Without credentials. */
  readonly url: string;
  /** The login of `hub` or of a province's code. */
  readonly login: (party: string) => NatsLogin;
  /** The server's process; absent for a server that NATS_URL names. */
  readonly child?: Child;
}

const READY_WITHIN_MS = 10_000;
const PROBE_EVERY_MS = 20;
const ATTEMPTS = 3;
const HUB = 'hub';

/** The server greets every connection with INFO; JetStream is up before it listens. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (greeting) => {
      socket.destroy();
      resolve(greeting.toString().startsWith('INFO '));
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

async function isReady(child: Child, port: number): Promise<boolean> {
  const until = Date.now() + READY_WITHIN_MS;
  while (child.isRunning() && Date.now() < until) {
    if (await greets(port)) return true;
    await delay(PROBE_EVERY_MS);
  }
  return false;
}

/**
 * A server someone else runs. Every party signs in with the URL's own credentials, since its users are not ours to make;
 * to separate the parties, give it the users of nats-config.ts and run each process with its own login.
 */
export function externalNats(natsUrl: string, data: DataDirectory): Nats {
  const url = new URL(natsUrl);
  const login = { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  url.username = '';
  url.password = '';
  const passwordFile = data.at('secrets', 'nats-external');
  rmSync(passwordFile, { force: true });
  // A server without users ignores what is sent; the parties still need something to send.
  writeFileSync(passwordFile, login.password === '' ? 'none' : login.password, { mode: 0o600 });
  return { url: url.href.replace(/\/$/, ''), login: () => ({ user: login.user === '' ? HUB : login.user, passwordFile }) };
}

/**
 * Starts NATS with JetStream on 127.0.0.1 with one user for the hub and one for each of `provinces` (GB/T 2260 codes).
 * @throws DeploymentError NATS_START_FAILED
 */
export async function startNats(data: DataDirectory, server: FoundProgram, provinces: readonly string[]): Promise<Nats> {
  const login = (party: string): NatsLogin => ({ user: party, passwordFile: data.secretFile(`nats-${party}`) });
  const withPassword = (party: string) => ({ name: party, password: readFileSync(login(party).passwordFile, 'utf8') });
  const store = data.at('nats');
  mkdirSync(store, { recursive: true, mode: 0o700 });

  for (let attempt = 1; ; attempt += 1) {
    const port = await data.port('nats');
    const config = data.at('secrets', 'nats.conf');
    const text = natsConfig({ port, store, hub: withPassword(HUB), provinces: provinces.map(withPassword) });
    writeFileSync(config, text, { mode: 0o600 });
    const child = startChild({
      name: 'nats',
      command: server.path,
      args: ['--config', config],
      env: { ...server.env },
      cwd: data.path,
      logFile: data.at('logs', 'nats.log'),
    });
    data.remember(child);
    if (await isReady(child, port)) return { url: `nats://127.0.0.1:${String(port)}`, login, child };
    await child.stop(1000);
    if (attempt === ATTEMPTS) {
      throw new DeploymentError('NATS_START_FAILED', `nats-server ${describeExit(await child.exited)}; the end of its log:\n${child.logTail()}`);
    }
  }
}
