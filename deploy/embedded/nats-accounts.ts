import { existsSync, readFileSync } from 'node:fs';
import { DEVELOPMENT_TAG, HUB_RIGHTS, provinceRights, type NatsRights } from '@health-code/messages';
import { createAccount, createOperator, decode, encodeAccount, encodeOperator, fromSeed, parseCreds, type Account, type KeyPair, type Operator } from '@nats-io/jwt';
import type { DataDirectory } from './data-directory.js';
import { hasRights, mintUser, type UserSigner } from './nats-users.js';

/** What a broker in operator mode is told of its accounts; JWTs, no secrets. */
export interface TrustedAccounts {
  readonly operator: string;
  /** Public key of the broker's own account. */
  readonly system: string;
  /** By public key: the JWT of each account. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** The operator and the account of a broker that runs on this machine, kept below `secrets/nats/`. */
export interface NatsAccounts {
  readonly trusted: () => TrustedAccounts;
  readonly signer: UserSigner;
  /** The account's public key and its JWT of now. */
  readonly account: () => { readonly publicKey: string; readonly jwt: string };
  /** Creds, for a minute, of a user who may tell the broker of a changed account and nothing else. */
  readonly makeMessenger: () => Promise<string>;
  /** File with the seed that signs users. */
  readonly seedFile: string;
  /** From now on the broker refuses every user of this public key; with {@link restore}, no longer. */
  readonly revoke: (publicKey: string) => Promise<void>;
  readonly restore: (publicKey: string) => Promise<void>;
}

const FOLDER = 'nats';
const UNLIMITED = -1;
const ACCOUNT_NAME = 'health-code';
const MINUTE_S = 60;
const DAY_S = 24 * 60 * MINUTE_S;
/** Users of a machine for development; renewed at a start that finds less than a third left. */
const USER_LIFETIME_S = 7 * DAY_S;

const LIMITS = { subs: UNLIMITED, conn: UNLIMITED, leaf: 0, imports: 0, exports: 0, data: UNLIMITED, payload: UNLIMITED, wildcards: true } as const;
const JETSTREAM_LIMITS = { mem_storage: 0, disk_storage: UNLIMITED, streams: UNLIMITED, consumer: UNLIMITED } as const;

const seedOf = (keys: KeyPair): string => new TextDecoder().decode(keys.getSeed());
const keysOf = (seed: string): KeyPair => fromSeed(new TextEncoder().encode(seed));
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Where a broker with a full resolver is told a new JWT of an account. */
export const claimsUpdateSubject = (account: string): string => `$SYS.REQ.ACCOUNT.${account}.CLAIMS.UPDATE`;

/** Reads the operator and the account, or makes them the first time. Only the development of one machine keeps all of these together. */
export async function openNatsAccounts(data: DataDirectory): Promise<NatsAccounts> {
  const at = (name: string): string => data.at('secrets', FOLDER, name);
  const kept = async (name: string, make: () => string | Promise<string>): Promise<string> => {
    if (!existsSync(at(name))) data.writeSecret(`${FOLDER}/${name}`, await make());
    return readFileSync(at(name), 'utf8').trim();
  };
  const operatorKeys = keysOf(await kept('operator.seed', () => seedOf(createOperator())));
  const signingKeys = keysOf(await kept('account.seed', () => seedOf(createAccount())));
  const signAccount = (account: string, content: Partial<Account>, name: string): Promise<string> => encodeAccount(name, account, content, { signer: operatorKeys });
  const systemKeys = keysOf(await kept('system.seed', () => seedOf(createAccount())));
  const system = systemKeys.getPublicKey();
  const systemJwt = await signAccount(system, { limits: LIMITS }, 'SYS');
  // The account's own seed is thrown away: the operator signs the account, the signing key its users.
  let accountJwt = await kept('account.jwt', () =>
    signAccount(createAccount().getPublicKey(), { limits: { ...LIMITS, ...JETSTREAM_LIMITS }, signing_keys: [signingKeys.getPublicKey()], tags: [DEVELOPMENT_TAG] }, ACCOUNT_NAME),
  );
  const account = decode<Account>(accountJwt).sub;
  const operator = await encodeOperator('health-code development', operatorKeys, { system_account: system, tags: [DEVELOPMENT_TAG] } satisfies Partial<Operator>);
  data.writeSecret(`${FOLDER}/operator.jwt`, operator);
  const changeRevocations = async (change: (revocations: ReadonlyMap<string, number>) => ReadonlyMap<string, number>): Promise<void> => {
    const { nats } = decode<Account>(accountJwt);
    const revocations = change(new Map(Object.entries(nats.revocations ?? {})));
    accountJwt = await signAccount(account, { ...nats, revocations: Object.fromEntries(revocations) }, ACCOUNT_NAME);
    data.writeSecret(`${FOLDER}/account.jwt`, accountJwt);
  };
  return {
    trusted: () => ({ operator, system, accounts: { [system]: systemJwt, [account]: accountJwt } }),
    signer: { seed: seedOf(signingKeys), account },
    account: () => ({ publicKey: account, jwt: accountJwt }),
    makeMessenger: async () => {
      const rights = { publish: [claimsUpdateSubject(account)], subscribe: ['_INBOX.>'], answers: false };
      return (await mintUser({ seed: seedOf(systemKeys) }, { name: 'messenger', rights, expiresAt: nowSeconds() + MINUTE_S, isForDevelopment: true })).creds;
    },
    seedFile: at('account.seed'),
    revoke: (publicKey) => changeRevocations((revocations) => new Map([...revocations, [publicKey, nowSeconds()]])),
    restore: (publicKey) => changeRevocations((revocations) => new Map([...revocations].filter(([revoked]) => revoked !== publicKey))),
  };
}

/** What `hub` or a province's code may do. */
export const rightsOf = (party: string): NatsRights => (party === 'hub' ? HUB_RIGHTS : provinceRights(party));

/** The public key of the user of a creds file. */
export async function userOfCreds(file: string): Promise<string> {
  return (await parseCreds(readFileSync(file))).uc.sub;
}

async function isFresh(file: string, signer: UserSigner, rights: NatsRights): Promise<boolean> {
  // What is missing or damaged cannot be read.
  const kept = await Promise.resolve().then(() => parseCreds(readFileSync(file))).catch(() => undefined);
  if (kept === undefined) return false;
  const { uc, aid } = kept;
  const isOurs = uc.iss === keysOf(signer.seed).getPublicKey() && (signer.account === undefined || aid === signer.account);
  return isOurs && hasRights(uc.nats, rights) && (uc.exp ?? 0) - nowSeconds() > USER_LIFETIME_S / 3;
}

/** The creds file of `party`, with a user of seven days that has these rights and still a third of its time, and whether it was made just now. */
export async function ensureCreds(data: DataDirectory, signer: UserSigner, party: string, rights: NatsRights = rightsOf(party)): Promise<{ readonly file: string; readonly isNew: boolean }> {
  const name = `${FOLDER}/${party}.creds`;
  const file = data.at('secrets', name);
  if (await isFresh(file, signer, rights)) return { file, isNew: false };
  const { creds } = await mintUser(signer, { name: party, rights, expiresAt: nowSeconds() + USER_LIFETIME_S, isForDevelopment: true });
  return { file: data.writeSecret(name, creds), isNew: true };
}
