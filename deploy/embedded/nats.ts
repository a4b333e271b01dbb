import { mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as signIn, credsAuthenticator } from '@nats-io/transport-node';
import { describeExit, startChild, type Child } from './child.js';
import type { DataDirectory } from './data-directory.js';
import type { FoundProgram } from './debian-package.js';
import { DeploymentError } from './errors.js';
import { claimsUpdateSubject, ensureCreds, openNatsAccounts, type NatsAccounts } from './nats-accounts.js';
import { natsConfig } from './nats-config.js';
import type { UserSigner } from './nats-users.js';

/** A NATS server with JetStream, in operator mode. */
export interface Nats {
  /** Without credentials. */
  readonly url: string;
  /** The creds file of `hub` or of a province's code that was named at the start, mode 0600. */
  readonly credsFile: (party: string) => string;
  /** Makes users anew that have less than a third of their time left. Returns whose. */
  readonly renewUsers: () => Promise<readonly string[]>;
  /** File with the seed that signs users of the account. */
  readonly accountSeedFile: string;
  /** Who signs users of the account. */
  readonly signer: UserSigner;
  /**
   * Takes a user away: the broker ends its connections and refuses it, until {@link restoreUser}.
   * @param publicKey "U…"; see userOfCreds
   * @throws DeploymentError SETTING_INVALID for a broker of somebody else
   */
  readonly revokeUser: (publicKey: string) => Promise<void>;
  readonly restoreUser: (publicKey: string) => Promise<void>;
  /** The server's process; absent for a server that NATS_URL names. */
  readonly child?: Child;
}

const READY_WITHIN_MS = 10_000;
const PROBE_EVERY_MS = 20;
const ATTEMPTS = 3;
const TOLD_WITHIN_MS = 5000;
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

/** A broker that somebody else runs, in operator mode. */
export interface ExternalNatsOptions {
  /** Without credentials. */
  readonly url: string;
  /** File with the seed "SA…" of the account or of one of its signing keys. */
  readonly accountSeedFile: string;
  /** Public key "A…" of the account; needed where the seed is of a signing key. */
  readonly account?: string;
}

function readSigner({ accountSeedFile, account }: ExternalNatsOptions): UserSigner {
  let seed = '';
  try {
    seed = readFileSync(accountSeedFile, 'utf8').trim();
  } catch {
    // Empty: refused below.
  }
  if (!/^SA[A-Z2-7]{56}$/.test(seed)) {
    throw new DeploymentError('SETTING_INVALID', 'NATS_URL needs NATS_ACCOUNT_SEED_FILE: a file with the seed (SA…) of the account in which the users of the hub and the provinces are made');
  }
  return { seed, ...(account === undefined ? {} : { account }) };
}

/**
 * A server someone else runs, in operator mode and with JetStream: users for the hub and for `provinces` are signed with the
 * account's seed. Its account is not ours to change: no user can be revoked.
 * @throws DeploymentError SETTING_INVALID
 */
export async function externalNats(options: ExternalNatsOptions, data: DataDirectory, provinces: readonly string[]): Promise<Nats> {
  const url = new URL(options.url);
  if (url.username !== '' || url.password !== '') {
    throw new DeploymentError('SETTING_INVALID', 'NATS_URL names a user: leave it away, the parties sign in with users made from NATS_ACCOUNT_SEED_FILE');
  }
  const signer = readSigner(options);
  const users = await openUsers(data, signer, provinces);
  const refuse = (): Promise<never> => Promise.reject(new DeploymentError('SETTING_INVALID', 'the account of an external NATS is not ours to change'));
  return { url: url.href.replace(/\/$/, ''), ...users, accountSeedFile: options.accountSeedFile, signer, revokeUser: refuse, restoreUser: refuse };
}

/** The users of the hub and the provinces, made where they are missing. */
async function openUsers(data: DataDirectory, signer: UserSigner, provinces: readonly string[]): Promise<Pick<Nats, 'credsFile' | 'renewUsers'>> {
  const files = new Map<string, string>();
  /** Kept where one of them fails: who was renewed before it is told of the next time. */
  const renewed: string[] = [];
  const renewUsers = async (): Promise<readonly string[]> => {
    for (const party of [HUB, ...provinces]) {
      const { file, isNew } = await ensureCreds(data, signer, party);
      files.set(party, file);
      if (isNew) renewed.push(party);
    }
    return renewed.splice(0);
  };
  await renewUsers();
  return {
    credsFile: (party) => {
      const file = files.get(party);
      if (file === undefined) throw new DeploymentError('SETTING_INVALID', `no NATS user was made for ${party}`);
      return file;
    },
    renewUsers,
  };
}

/**
 * Tells a running broker the account as it is now: who was revoked is cut off, nobody else notices. (Reading the configuration again
 * would cut off everybody for a moment.)
 * @throws DeploymentError NATS_START_FAILED
 */
async function tellAccount(url: string, accounts: NatsAccounts): Promise<void> {
  const { publicKey, jwt } = accounts.account();
  const authenticator = credsAuthenticator(new TextEncoder().encode(await accounts.makeMessenger()));
  const connection = await signIn({ servers: url, authenticator, name: 'supervisor', maxReconnectAttempts: 0 });
  try {
    const answer = (await connection.request(claimsUpdateSubject(publicKey), jwt, { timeout: TOLD_WITHIN_MS })).json<{ readonly error?: { readonly description?: string } }>();
    if (answer.error !== undefined) throw new DeploymentError('NATS_START_FAILED', `nats-server does not take the changed account: ${answer.error.description ?? ''}`);
  } finally {
    await connection.close();
  }
}

/**
 * Starts NATS with JetStream on 127.0.0.1 in operator mode, with one user for the hub and one for each of `provinces` (GB/T 2260 codes).
 * @throws DeploymentError NATS_START_FAILED
 */
export async function startNats(data: DataDirectory, server: FoundProgram, provinces: readonly string[]): Promise<Nats> {
  const accounts = await openNatsAccounts(data);
  const users = await openUsers(data, accounts.signer, provinces);
  const store = data.at('nats');
  mkdirSync(store, { recursive: true, mode: 0o700 });

  for (let attempt = 1; ; attempt += 1) {
    const port = await data.port('nats');
    const url = `nats://127.0.0.1:${String(port)}`;
    const writeConfig = (): string => data.writeSecret('nats.conf', natsConfig({ port, store, accountsFolder: data.at('nats-accounts'), trusted: accounts.trusted() }));
    const child = startChild({
      name: 'nats',
      command: server.path,
      args: ['--config', writeConfig()],
      env: { ...server.env },
      cwd: data.path,
      logFile: data.at('logs', 'nats.log'),
    });
    data.remember(child);
    const change = async (how: (publicKey: string) => Promise<void>, publicKey: string): Promise<void> => {
      await how(publicKey);
      writeConfig();
      await tellAccount(url, accounts);
    };
    if (await isReady(child, port)) {
      return {
        url,
        ...users,
        accountSeedFile: accounts.seedFile,
        signer: accounts.signer,
        revokeUser: (publicKey) => change(accounts.revoke, publicKey),
        restoreUser: (publicKey) => change(accounts.restore, publicKey),
        child,
      };
    }
    await child.stop(1000);
    if (attempt === ATTEMPTS) {
      throw new DeploymentError('NATS_START_FAILED', `nats-server ${describeExit(await child.exited)}; the end of its log:\n${child.logTail()}`);
    }
  }
}
